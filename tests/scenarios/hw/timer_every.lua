-- SPDX-License-Identifier: GPL-2.0-or-later
-- every_ns: never early, limit ends it. (That the guest sees each firing takes icount: timer_every_exact.lua. Here the host
-- may let two come in a row.)
--! guest: vtime
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 4 after [0-9]+ ticks$
--! stdout: 1 changes
--! checks: 5

local check = require "fi.check"

on_pc("begin_wait", function()
    local start = fi.now_ns()
    local count = 0
    local timer = every_ns(2000000, {limit = 4}, function()
        count = count + 1
        check.ok(fi.now_ns() >= start + count * 2000000, "not early")
        if count == 4 then
            mem.u32.marker = count
        end
    end)
    check.at_exit(function() check.fired(timer, 4) end)
end)
