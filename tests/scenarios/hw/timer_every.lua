-- SPDX-License-Identifier: GPL-2.0-or-later
-- every_ns: the phase is kept, limit ends it; each firing is seen by the guest.
--! guest: vtime
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 1 after [0-9]+ ticks$
--! stdout-re: ^marker 2 after [0-9]+ ticks$
--! stdout-re: ^marker 3 after [0-9]+ ticks$
--! stdout-re: ^marker 4 after [0-9]+ ticks$
--! stdout: 4 changes
--! checks: 5

local check = require "fi.check"

on_pc("begin_wait", function()
    local start = fi.now_ns()
    local count = 0
    mem.u32.changes_expected = 4
    local timer = every_ns(2000000, {limit = 4}, function()
        count = count + 1
        check.ok(fi.now_ns() >= start + count * 2000000, "not early")
        mem.u32.marker = count
    end)
    check.at_exit(function() check.fired(timer, 4) end)
end)
