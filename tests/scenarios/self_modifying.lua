-- SPDX-License-Identifier: GPL-2.0-or-later
-- Triggers in code that the guest itself rewrites stay where they are, with the new instruction.
--! guest: jit
--! requires: set_pc
--! stdout: jit 1 7
--! checks: 4

local check = require "fi.check"

local opcodes = {}
on_pc("code_buffer", function(ev)
    opcodes[#opcodes + 1] = ev.opcode
    if ev.hits == 2 then
        cpu.x0 = 7
        return fi.SKIP
    end
end)
local new_code = on_insn({mask = 0xffffffff, value = 0x52800040}, function(ev)
    check.eq(ev.pc, fi.symbol("code_buffer"), "the new instruction")
end)

check.at_exit(function()
    check.eq(opcodes[1], 0x52800020, "movz w0, #1")
    check.eq(opcodes[2], 0x52800040, "movz w0, #2")
    check.fired(new_code, 1)
end)
