-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.reload() of files that are wrong, one after the other: each is refused with its place, and nothing of it is left. The
-- old scenario goes on: each of 1000 calls gives 1 + 1.
--! guest: dynamic
--! rewrites-itself
--! requires: set_pc
--! opt: unsafe=on
--! opt: budget=100000
--! stdout: victim sum 2000
--! journal: {"kind":"reload","ok":false,"triggers":null,"error":"~reload_fails.lua:1: unexpected symbol near <eof>"}
--! journal: {"kind":"reload","ok":false,"error":"~reload_fails.lua:4: halfway\nstack traceback:\n"}
--! journal: {"kind":"reload","ok":false,"error":"~reload_fails.lua:1: .*no_such_symbol"}
--! journal: {"kind":"reload","ok":false,"error":"~reload_fails.lua:1: ran more than 10000000 Lua instructions"}
--! journal: {"kind":"reload","ok":false,"error":"~not enough memory"}
--! journal: {"kind":"reload","ok":false,"error":"~reload_fails.lua:1: fi.reload: the scenario is still loading|a reload"}
--! journal: {"kind":"reload","ok":false,"error":"~cannot open .*reload_fails.lua"}
--! journal-count: reload 8
--! journal-count: {"kind":"trigger"} 2
--! journal: {"kind":"trigger","name":"old","hits":1000,"fired":1000,"errors":0,"state":"active"}
--! journal: {"kind":"trigger","name":"reloads","errors":0,"state":"active"}
--! not-journal: {"kind":"trigger","name":"new"}
--! checks: 46

local check = require "fi.check"

mine = "old" -- luacheck: ignore 111
local random = {}
for i = 1, 9 do
    random[i] = math.random(1 << 40)
end
math.randomseed(fi.seed)

local calls = fi.counter("calls")
calls:count_pc("victim")
on_pc("victim+4", {name = "old"}, function()
    cpu.w0 = cpu.w0 + 1
end)

local wrong = {
    {"on_pc(", "unexpected symbol near"},
    {[[
mine = "new" _G.other = 1 math.randomseed(77) string.gsub = string.gsub
local t = on_pc("victim+4", {name = "new"}, function() cpu.w0 = 100 end)
fi.counter("calls"):count_pc("victim") t:disable() t:enable() on_exit(function() fi.exit(3) end)
error("halfway") ]], ":4: halfway"},
    {[[on_pc("victim", {name = "new"}) on_pc("no_such_symbol", function() end)]], "no_such_symbol"},
    {"on_pc('victim', {name = 'new'}, function() end) while true do pcall(function() end) end", "ran more than"},
    {"local t = {} while true do t[#t + 1] = ('x'):rep(1 << 20) .. #t end", "not enough memory"},
    {"fi.reload()", "fi.reload"},
    {"coroutine.yield()", "yield"},
    {nil, "cannot open"},
}

on_pc("knock", {name = "reloads"}, function()
    local path = package.path
    for i, case in ipairs(wrong) do
        local text, message = case[1], case[2]
        if text then
            local file = assert(io.open(fi.script, "w"))
            file:write(text)
            file:close()
        else
            assert(os.remove(fi.script))
        end
        local ok, err = pcall(fi.reload)
        check.ok(not ok and err:find(message, 1, true), i .. ": " .. tostring(err))
        check.eq(_G.mine .. tostring(_G.other), "oldnil", i .. ": globals")
        check.eq(math.random(1 << 40), random[i], i .. ": random numbers go on")
        check.eq(fi.counter("calls"):sum(), 500, i .. ": counter")
        check.eq(#fi.triggers(), 3, i .. ": triggers")
    end
    check.eq(package.path, path, "package.path")
    check.eq(require "fi.check", check, "modules")
    check.eq(fi.status().triggers.removed, 0, "none was removed")
    check.eq(fi.status().reloads, 0, "none was done")
end)

check.at_exit(function()
    check.eq(calls:sum(), 1000, "all calls")
    check.eq(fi.counter("calls"):sum(), 1000, "the same counter")
end)
