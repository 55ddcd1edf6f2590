-- SPDX-License-Identifier: GPL-2.0-or-later
-- The budget holds inside coroutines, old and new ones, and in tasks.
--! guest: checksum
--! opt: budget=100000
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","trigger":"old coroutine","message":"~budget"}
--! journal: {"kind":"error","trigger":"new coroutines","message":"~budget"}
--! journal: {"kind":"error","message":"~budget"}
--! journal-count: error 3

local function endless()
    while true do
        pcall(function() while true do end end)
    end
end

local old = coroutine.wrap(endless)
on_pc("main", {name = "old coroutine"}, function() old() end)
on_pc("main", {name = "new coroutines"}, function()
    while true do
        pcall(coroutine.wrap(endless))
    end
end)
task(function()
    wait_pc("main")
    endless()
end)
