-- SPDX-License-Identifier: GPL-2.0-or-later
-- every_ns under icount: each firing at its time, to the nanosecond. It is armed by a timer, where time is exact; the guest
-- looks every 4 ticks.
--! guest: vtime
--! modes: icount
--! tiers: patched
--! requires: timers
--! stdout-re: marker 1 after 3750[0-4] ticks
--! stdout-re: marker 2 after 6875[0-4] ticks
--! stdout-re: marker 3 after 10000[0-4] ticks
--! stdout: 3 changes
--! checks: 3

local check = require "fi.check"

local TICK = 16     -- ns

on_pc("begin_wait", function()
    local start = cpu.x0 * TICK
    local count = 0
    mem.u32.changes_expected = 3
    at_ns(start + 100000, function()
        every_ns(500000, {limit = 3}, function(ev)
            count = count + 1
            check.eq(fi.now_ns(), start + 100000 + count * 500000, "time")
            mem.u32.marker = ev.hits
        end)
    end)
end)
