-- SPDX-License-Identifier: GPL-2.0-or-later
-- Under icount a timer fires at the time that was asked for, to the nanosecond; the guest's counter says the same.
--! guest: vtime
--! modes: icount
--! tiers: patched
--! requires: timers
--! stdout: marker 1 after 62500 ticks
--! stdout: marker 2 after 187500 ticks
--! stdout: 2 changes
--! journal-count: fault 3
--! checks: 2

local check = require "fi.check"

on_pc("begin_wait", function()
    local start = fi.now_ns()
    mem.u32.changes_expected = 2
    after_ns(1000000, function()
        check.eq(fi.now_ns(), start + 1000000, "time of the first")
        mem.u32.marker = 1
    end)
    at_ns(start + 3000000, function()
        check.eq(fi.now_ns(), start + 3000000, "time of the second")
        mem.u32.marker = 2
    end)
end)
