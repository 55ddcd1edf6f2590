-- SPDX-License-Identifier: GPL-2.0-or-later
-- Trigger handles. victim() returns 1 a thousand times; while `two` is enabled it returns 2, while `five` is it
-- returns 5. Calls 1-100: five (then removed), 101-300: two, 301-500: nothing, from the knock on: two. 500 + 400 +
-- 200 + 1000.
--! guest: dynamic
--! requires: set_pc
--! stdout: victim sum 2100
--! journal: {"kind":"trigger","name":"five","fired":100,"state":"removed"}
--! journal: {"kind":"trigger","name":"two","state":"active"}
--! journal: {"kind":"trigger","name":"never enabled","hits":0,"fired":0,"state":"disabled"}
--! journal: {"kind":"not_fired","name":"never enabled"}
--! checks: 15

local check = require "fi.check"

local two = on_pc("victim+4", {name = "two"}, function() cpu.w0 = 2 end)
local five = on_pc("victim+4", {name = "five"}, function() cpu.w0 = 5 end)
local silent = on_pc("victim", {name = "never enabled"}, function() end)
two:disable()
silent:disable()
check.eq(two.enabled, false, "disabled at load")
check.eq(five.enabled, true, "enabled")
check.eq(five.kind, "pc", "kind")
check.eq(five.name, "five", "name")

on_pc("victim", {after = 100, limit = 1}, function()
    five:remove()
    five:remove()       -- idempotent
    two:enable()
    check.eq(five.fired, 100, "firings so far")
    check.eq(five.hits, 100, "hits so far")
    check.eq(five.enabled, false, "removed")
    check.eq(two.fired, 0, "not yet")
end)
on_pc("victim", {after = 300, limit = 1}, function()
    two:disable()
    two:disable()
    check.eq(two.fired, 200, "enabled for 200 calls")
end)
on_pc("knock", function()
    check.eq(two.enabled, false, "before the knock")
    check.eq(two.hits, 200, "a disabled trigger has no hits")
    two:enable()
end)

check.at_exit(function()
    check.fired(two, 700)
    check.eq(two.errors, 0, "errors")
    local names = {}
    for _, trigger in ipairs(fi.triggers()) do
        names[trigger.name] = true
    end
    check.ok(names.two and names["never enabled"], "live triggers")
    check.ok(not names.five, "removed triggers")
end)
