-- SPDX-License-Identifier: GPL-2.0-or-later
-- {hits = n}: the cell is defective for two stores, of victim_sum's 1000. The first store makes 1, forced to 0x101;
-- the second makes 0x102; the rest goes on from there: 1000 + 0x100.
--! guest: dynamic
--! stdout: victim sum 1256
--! journal-count: {"kind":"fault","info":{"model":"stuck-at-1"}} 1
--! checks: 2

local check = require "fi.check"
local faults = require "fi.faults"

local fault
on_pc("main", function()
    mem.u32.victim_sum = 0x100
    fault = faults.stuck_at{mem = "victim_sum", bit = 8, value = 1, duration = {hits = 2}}
    check.eq(fault.forced, 0, "it is 1 already")
    mem.u32.victim_sum = 0
end)
check.at_exit(function() check.ok(not fault.active and fault.trigger.fired == 2, "over after two stores") end)
