-- SPDX-License-Identifier: GPL-2.0-or-later
-- A32: conditional instructions are hits whether or not their condition holds; without the exclusive-or the result is
-- 0xd15a2802, and the T32 one stays right.
--! guest: arm32
--! requires: set_pc
--! stdout: arm 0xd15a2802 thumb 0xd15a25ea
--! journal-count: {"kind":"fault","action":"skip","at":"arm_func+0x8","old":"0x2220001d"} 10
--! checks: 6

local check = require "fi.check"

local xor = on_pc("arm_xor", {el = 1}, function(ev)
    if ev.hits == 1 then
        check.eq(ev.insn_size, 4, "size")
        check.eq(ev.opcode, 0x2220001d, "opcode")
        check.eq(cpu.r15, ev.pc, "r15 is the current instruction")
        check.eq(cpu.cpsr & 0x20, 0, "not Thumb")
    end
    return fi.SKIP
end)
local user = on_pc("arm_xor", {el = 0}, function() end)

check.at_exit(function()
    check.fired(xor, 10)
    check.fired(user, 0)
end)
