-- SPDX-License-Identifier: GPL-2.0-or-later
-- T32 on A-profile: a 4-byte instruction is skipped, the FUNC symbol's bit 0 does not matter, registers are written.
--! guest: arm32
--! requires: set_pc
--! stdout: arm 0xd15a25ea thumb 0xd159e7a8
--! journal-count: {"kind":"fault","action":"skip","at":"thumb_func","old":"0xeb000001"} 10
--! checks: 4

local check = require "fi.check"

check.eq(fi.symbol("thumb_func") & 1, 0, "bit 0 of the symbol")
on_pc("thumb_add", function(ev)
    if ev.hits == 1 then
        check.eq(cpu.cpsr & 0x20, 0x20, "Thumb")
        check.eq(cpu.pc, fi.symbol("thumb_func"), "pc")
    end
    return fi.SKIP
end)
local entry = on_pc("thumb_func", {limit = 1}, function() end)

check.at_exit(function() check.fired(entry, 1) end)
