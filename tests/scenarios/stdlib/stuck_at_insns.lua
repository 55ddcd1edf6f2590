-- SPDX-License-Identifier: GPL-2.0-or-later
-- {insns = n}: armed before checksum's first instruction, the defect ends 1 + 5 * 128 instructions later, that is in
-- the middle of the 256 iterations; until then the low byte of each word is stuck at 0.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x6a5d4737
--! checks: 1

local check = require "fi.check"
local faults = require "fi.faults"

local fault
on_pc("checksum", function()
    fault = faults.stuck_at{reg = "w3", mask = 0xff, value = 0, within = {"checksum_load", "checksum_done"},
                            duration = {insns = 1 + 5 * 128}}
end)
on_pc("checksum_return", function() check.ok(not fault.active, "over") end)
