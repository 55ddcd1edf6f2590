-- SPDX-License-Identifier: GPL-2.0-or-later
-- A periodic timer that removes itself in its handler fires no more; a timer armed in a timer's handler fires.
--! guest: vtime
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 2 after [0-9]+ ticks$
--! stdout-re: ^marker 3 after [0-9]+ ticks$
--! stdout: 2 changes
--! checks: 1

local check = require "fi.check"

on_pc("begin_wait", function()
    local count = 0
    mem.u32.changes_expected = 2
    local timer
    timer = every_ns(1000000, function()
        count = count + 1
        if count == 2 then
            mem.u32.marker = count
            timer:remove()
            -- Not before the guest has seen this one, however busy the host is.
            on_read("marker", {limit = 1}, function()
                after_ns(5000000, function() mem.u32.marker = 3 end)
            end)
        end
    end)
    check.at_exit(function() check.fired(timer, 2) end)
end)
