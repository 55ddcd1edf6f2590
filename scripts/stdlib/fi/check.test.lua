-- SPDX-License-Identifier: MIT
-- fi.check by itself: what each function returns for what holds, and the errors of wrong arguments. What a failed
-- expectation does to the run is in tests/scenarios/stdlib/check_*.lua.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! stderr-re: ^fi_lua: 25 passed, 0 failed$
--! checks: 25

local check = require "fi.check"

check.plan(25)

assert(check.ok(true) == true)
assert(check.ok(0, "0 is true in Lua") == true)
assert(check.eq(1, 1) == true)
assert(check.eq("a", "a", "strings") == true)
assert(check.eq(nil, nil, "nil") == true)

local function rejected(what, fn, ...)
    local ok, message = pcall(fn, ...)
    check.ok(not ok, what .. " is rejected")
    check.ok(message:find(what, 1, true), "the message says so: " .. message)
end
rejected("description", check.ok, true, 5)
rejected("description", check.eq, 1, 1, {})
rejected("a trigger", check.fired, 5)
rejected("a counter or a trigger", check.count, "c", 1)
rejected("above 0", function() check.plan(0) end)
rejected("called before", function() check.plan(3) end)
rejected("a function", check.at_exit, 5)

local counter = fi.counter("additions")
counter:count_pc("checksum_add")
local adds = on_pc("checksum_add", {limit = 3}, function() end)
local never = on_pc("checksum_add", {after = 1000}, function() end)

check.at_exit(function()
    check.fired(adds)
    check.fired(adds, 3)
    check.fired(never, 0)
    check.count(counter, 256)
    check.count(never, 256)
    check.count(counter, 256, "with a description")
end)
