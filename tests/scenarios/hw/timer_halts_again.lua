-- SPDX-License-Identifier: GPL-2.0-or-later
-- A handler that gives a halted core nothing to wake for leaves it halted: the guest reaches its deadline.
--! guest: vtime_wfi
--! tiers: patched
--! requires: timers
--! stdout: 0 changes, deadline
--! journal-count: fault 1
--! checks: 1

local check = require "fi.check"

on_pc("begin_wait", function()
    local timer = after_ns(5000000, function() mem.u32.marker = 3 end)
    check.at_exit(function() check.fired(timer, 1) end)
end)
