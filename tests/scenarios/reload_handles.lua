-- SPDX-License-Identifier: GPL-2.0-or-later
-- What a scenario that is loaded again does to its triggers while it loads, and what is left of the old one: its running
-- handler and its task can arm nothing. 500 calls give 1, 500 give 1 + 4.
--! guest: dynamic
--! requires: set_pc
--! stdout: victim sum 3000
--! journal: {"kind":"trigger","name":"removed while loading","hits":0,"state":"removed"}
--! journal: {"kind":"reload","ok":true,"triggers":4}
--! journal: {"kind":"trigger","name":"disabled while loading","fired":0,"state":"disabled"}
--! journal: {"kind":"trigger","name":"enabled again","hits":500,"fired":500,"state":"active"}
--! journal: {"kind":"trigger","name":"every 5th","hits":500,"fired":100,"state":"active"}
--! not-journal: {"kind":"trigger","name":"armed by the old one"}
--! checks: 12

local check = require "fi.check"

local again = rawget(package, "again")
rawset(package, "again", true)

local function add(n)
    return function() cpu.w0 = cpu.w0 + n end
end

if not again then
    task(function()
        wait_pc("knock")
        assert(pcall(fi.reload))
        local left = {}
        left.arm = select(2, pcall(on_pc, "victim", {name = "armed by the old one"}, add(100)))
        left.defer = select(2, pcall(fi.defer, 0, add(100)))
        left.reload = select(2, pcall(fi.reload))
        left.enable = select(2, pcall(rawget(package, "handle").enable, rawget(package, "handle")))
        rawset(package, "left", left)
        wait_pc("victim+4")
        cpu.w0 = 1000
    end)
    on_pc("knock", {name = "behind the task"}, function() rawset(package, "old", "ran") end)
    on_pc("victim", {after = 499, limit = 1}, function()
        fi.defer(0, function() rawset(package, "deferred", "ran") end)
    end)
    rawset(package, "handle", on_pc("victim", {name = "kept"}, add(0)))
else
    on_pc("victim+4", {name = "disabled while loading"}, add(100)):disable()
    on_pc("victim+4", {name = "removed while loading"}, add(100)):remove()
    local t = on_pc("victim+4", {name = "enabled again"}, add(4))
    t:disable()
    check.eq(t.state, "disabled", "state")
    t:enable()
    check.eq(t.hits, 0, "hits")
    on_pc("victim+4", {name = "every 5th", every = 5}, function() end)
    check.eq(#fi.triggers(), 4, "so far")
    check.at_exit(function()
        local left, handle = rawget(package, "left"), rawget(package, "handle")
        check.ok(left.arm:find("on_pc: fi.reload() has replaced this scenario", 1, true), left.arm)
        check.ok(left.defer:find("fi.defer: fi.reload() has replaced this scenario", 1, true), left.defer)
        check.ok(left.reload:find("has been replaced already", 1, true), left.reload)
        check.ok(left.enable:find("removed for good", 1, true), left.enable)
        check.eq(handle.state, "removed", "the old handle")
        check.eq(handle.hits, 500, "its hits stay")
        check.eq(rawget(package, "old"), nil, "the old trigger at the same place did not run")
        check.eq(rawget(package, "deferred"), "ran", "deferred before")
        check.eq(t.owner, "scenario", "owner")
    end)
end
