-- SPDX-License-Identifier: GPL-2.0-or-later
-- Thumb on Cortex-M: 2- and 4-byte instructions are found, with their opcodes and sizes, and skipped by their size.
-- Without any rotation the checksum is the plain sum, 0x55029480; the last addition (2 bytes) is skipped, too, and
-- with it the last word, 0x40ea6901.
--! guest: mchecksum
--! requires: set_pc
--! stdout: checksum 0x14182b7f
--! journal: {"kind":"fault","action":"skip","at":"checksum+0x6","old":"0xea4f72f2"}
--! journal-count: {"kind":"fault","action":"skip","at":"checksum+0x6"} 256
--! journal-count: {"kind":"fault","action":"skip","at":"checksum+0xa","old":"0x441a"} 1
--! checks: 6

local check = require "fi.check"

on_pc("checksum_rotate", function(ev)
    if ev.hits == 1 then
        check.eq(ev.insn_size, 4, "size of ror.w")
        check.eq(ev.opcode, 0xea4f72f2, "opcode of ror.w")
        check.eq(ev.pc, fi.symbol("checksum") + 6, "place")
    end
    return fi.SKIP
end)
on_pc("checksum_add", {after = 255}, function(ev)
    check.eq(ev.insn_size, 2, "size of add")
    check.eq(ev.opcode, 0x441a, "opcode of add")
    return fi.SKIP
end)
local next_one = on_pc("checksum_next", function() end)

check.at_exit(function() check.fired(next_one, 256) end)
