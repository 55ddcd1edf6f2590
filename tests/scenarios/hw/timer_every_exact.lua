-- SPDX-License-Identifier: GPL-2.0-or-later
-- every_ns under icount: each firing at its time, to the nanosecond.
--! guest: vtime
--! modes: icount
--! tiers: patched
--! requires: timers
--! stdout: marker 1 after 31250 ticks
--! stdout: marker 2 after 62500 ticks
--! stdout: marker 3 after 93750 ticks
--! stdout: 3 changes
--! checks: 3

local check = require "fi.check"

on_pc("begin_wait", function()
    local start = fi.now_ns()
    local count = 0
    mem.u32.changes_expected = 3
    every_ns(500000, {limit = 3}, function()
        count = count + 1
        check.eq(fi.now_ns(), start + count * 500000, "time")
        mem.u32.marker = count
    end)
end)
