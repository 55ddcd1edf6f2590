-- SPDX-License-Identifier: GPL-2.0-or-later
-- A timer that is removed before its time does not fire, nor does one that is disabled; enabled again in time, it does.
--! guest: vtime
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 4 after [0-9]+ ticks$
--! stdout: 1 changes
--! checks: 3

local check = require "fi.check"

on_pc("begin_wait", function()
    local removed = after_ns(3000000, function() mem.u32.marker = 1 end)
    local disabled = after_ns(3000000, function() mem.u32.marker = 2 end)
    local enabled = after_ns(6000000, function() mem.u32.marker = 4 end)
    removed:remove()
    disabled:disable()
    enabled:disable()
    enabled:enable()
    check.at_exit(function()
        check.fired(removed, 0)
        check.fired(disabled, 0)
        check.fired(enabled, 1)
    end)
end)
