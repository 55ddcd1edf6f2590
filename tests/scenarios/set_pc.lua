-- SPDX-License-Identifier: GPL-2.0-or-later
-- Writing cpu.pc: in the fourth iteration execution jumps from the rotation over the addition.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x69eecd29
--! journal-count: {"kind":"fault","action":"set_pc","at":"checksum+0x8","hit":4} 1
--! journal-count: fault 1
--! checks: 1

local check = require "fi.check"

on_pc("checksum_rotate", {after = 3, limit = 1}, function()
    cpu.pc = fi.symbol("checksum_next")
end)
local adds = on_pc("checksum_add", function() end)

check.at_exit(function() check.count(adds, 255) end)
