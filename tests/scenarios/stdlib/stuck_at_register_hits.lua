-- SPDX-License-Identifier: GPL-2.0-or-later
-- The same for the first 20 instructions only, that is until the fourth iteration.
--! guest: checksum
--! stdout: checksum 0x7c9240a2
--! checks: 1

local check = require "fi.check"
local faults = require "fi.faults"

local fault = faults.stuck_at{reg = "w3", mask = 1, value = 1, within = {"checksum", "checksum+32"},
                              duration = {hits = 20}}

check.at_exit(function() check.ok(not fault.active and fault.trigger.fired == 20, "over") end)
