-- SPDX-License-Identifier: GPL-2.0-or-later
-- A flag that the device clears is late again when it is set the next time. What the device says is made up here, in a
-- fault that is armed before: set, clear, set, clear, then set for good. Two reads after that the guest sees it.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: polls 7
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","old":"0x20","new":"0x0","info":{"model":"delayed-ready","duration":"intermittent"}} 4
--! journal-count: {"kind":"fault","info":{"model":"value","duration":"permanent"}} 7
--! checks: 1

local check = require "fi.check"
local mmio = require "fi.mmio"

local answers = {0x20, 0, 0x20, 0}
mmio.override(0x0900003c, function(ev) return answers[ev.hits] or 0x20 end)
local fault = mmio.delayed_ready(0x0900003c, {bit = 5, reads = 2})

check.at_exit(function() check.eq(fault.injected, 4, "hidden") end)
