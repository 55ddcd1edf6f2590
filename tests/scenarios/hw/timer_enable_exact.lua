-- SPDX-License-Identifier: GPL-2.0-or-later
-- A periodic timer that is disabled for two and a half periods goes on in its phase; a single one whose time has passed
-- meanwhile fires when it is enabled.
--! guest: vtime
--! modes: icount
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 1 after 625[0-9]{2} ticks$
--! stdout-re: ^marker 2 after [0-9]+ ticks$
--! stdout-re: ^marker 3 after 250[0-9]{3} ticks$
--! stdout: 3 changes
--! checks: 3

local check = require "fi.check"

local PERIOD = 1000000

on_pc("begin_wait", function()
    mem.u32.changes_expected = 3
    after_ns(0, function()
        local start = fi.now_ns()
        local count = 0
        local periodic = every_ns(PERIOD, {limit = 2}, function()
            count = count + 1
            mem.u32.marker = count == 1 and 1 or 3
            check.eq(fi.now_ns(), start + PERIOD * (count == 1 and 1 or 4), "phase")
        end)
        local single = after_ns(PERIOD * 2, function()
            check.eq(fi.now_ns(), start + PERIOD * 7 // 2, "late")
            mem.u32.marker = 2
        end)
        after_ns(PERIOD + 1000, function()
            periodic:disable()
            single:disable()
        end)
        after_ns(PERIOD * 7 // 2, function()
            periodic:enable()
            single:enable()
        end)
    end)
end)
