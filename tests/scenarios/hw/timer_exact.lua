-- SPDX-License-Identifier: GPL-2.0-or-later
-- Under icount a timer fires at the time that was asked for, to the nanosecond; the guest's counter says the same. (Time
-- is counted from the counter that the guest has read: before an instruction, fi.now_ns() is the end of its block. The
-- guest looks every 4 ticks.)
--! guest: vtime
--! modes: icount
--! tiers: patched
--! requires: timers
--! stdout-re: marker 1 after 6250[0-4] ticks
--! stdout-re: marker 2 after 18750[0-4] ticks
--! stdout: 2 changes
--! journal-count: fault 3
--! checks: 3

local check = require "fi.check"

local TICK = 16     -- ns

on_pc("begin_wait", function()
    local start = cpu.x0 * TICK
    mem.u32.changes_expected = 2
    at_ns(start + 1000000, function(ev)
        check.eq(fi.now_ns(), start + 1000000, "time of the first")
        check.eq(ev.deadline, start + 1000000, "its deadline")
        mem.u32.marker = 1
        after_ns(2000000, function()
            check.eq(fi.now_ns(), start + 3000000, "time of the second")
            mem.u32.marker = 2
        end)
    end)
end)
