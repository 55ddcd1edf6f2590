-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.reload(): this file rewrites itself and a module, and is loaded again in the middle of the guest's run. Each of the
-- 1000 calls gives 1: the first 500 give 1 + 1, the others 1 + 10, and not 1 + 1 + 10.
--! guest: dynamic
--! rewrites-itself
--! requires: set_pc
--! stdout: victim sum 6500
--! journal: {"kind":"trigger","name":"of version 1","hits":500,"fired":500,"state":"removed"}
--! journal: {"kind":"trigger","name":"never hit","hits":0,"state":"removed"}
--! journal: {"kind":"not_fired","name":"never hit"}
--! journal: {"kind":"reload","ok":true,"triggers":3,"error":null}
--! journal: {"kind":"trigger","name":"of version 2","hits":500,"fired":500,"state":"active"}
--! journal-count: reload 1
--! checks: 12

local VERSION = 1

local check = require "fi.check"

local directory = fi.script:match("^(.*)/")

local function write(path, text)
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
end

if VERSION == 1 then
    write(directory .. "/addend.lua", "return 1")
end

local addend = require "addend"
local first = math.random(1 << 40)
local calls = fi.counter("calls")
calls:count_pc("victim")

check.eq(_G.seen, nil, "globals are fresh")
check.eq(calls:sum(), 0, "counters are fresh")
check.eq(_G._G, _G, "_G is the globals")
check.eq(package.loaded._G, _G, "as a module, too")
seen = VERSION -- luacheck: ignore 111

on_pc("victim+4", {name = "of version " .. VERSION}, function()
    cpu.w0 = cpu.w0 + addend
end)

if VERSION == 1 then
    on_pc(0x40000000, {name = "never hit"}, function() end)
    on_exit(function() cpu.x0 = 1 end) -- an error, if it ran
    on_pc("knock", {name = "reloads"}, function()
        local file = assert(io.open(fi.script))
        local text = file:read("a")
        file:close()
        write(directory .. "/addend.lua", "return 10")
        write(fi.script, (text:gsub("VERSION = 1\n", "VERSION = 2\n", 1)))
        rawset(package, "kept", {first = first, calls = calls:sum()}) -- the libraries' tables stay
        local n = fi.reload()
        assert(n == 3, n)
        assert(calls:sum() == 500, "the old counter is still the old one's")
    end)
    check.at_exit(function() check.ok(false, "the old scenario's on_exit") end)
else
    local kept = rawget(package, "kept")
    check.eq(first, kept.first, "random numbers begin again")
    check.eq(kept.calls, 500, "counted before")
    check.eq(#fi.triggers(), 2, "what this scenario has armed, and fi.check's on_exit")
    check.at_exit(function()
        check.eq(calls:sum(), 500, "calls since")
        check.eq(fi.status().reloads, 1, "reloads")
        check.eq(#fi.triggers(), 3, "with one more on_exit")
        check.eq(addend, 10, "the module was loaded again")
        check.eq(_G.seen, 2, "own globals")
    end)
    on_exit(function() end)
end
