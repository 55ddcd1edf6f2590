-- SPDX-License-Identifier: GPL-2.0-or-later
-- A handler removes its own trigger after three firings, another one alternates its neighbour with itself: of calls 1
-- to 1000, three return 10; the neighbours fire in turn.
--! guest: dynamic
--! stdout: victim sum 1027
--! checks: 3

local check = require "fi.check"

local mine = on_pc("victim+4", function(ev)
    cpu.w0 = 10
    if ev.hits == 3 then
        ev.trigger:remove()
    end
end)

local ping, pong
ping = on_pc("victim", {name = "ping"}, function() ping:disable() pong:enable() end)
pong = on_pc("knock", {name = "pong"}, function() pong:disable() ping:enable() end)
pong:disable()

check.at_exit(function()
    check.fired(mine, 3)
    check.fired(ping, 2)
    check.fired(pong, 1)
end)
