-- SPDX-License-Identifier: GPL-2.0-or-later
-- Endless recursion, in Lua and through C: an error in the handler, nothing worse.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","trigger":"lua","message":"~stack overflow"}
--! journal: {"kind":"error","trigger":"c"}
--! journal-count: error 2

local function deeper()
    return 1 + deeper()
end
local function through_c(text)
    return (text:gsub(".", through_c))
end

on_pc("main", {name = "lua"}, function() deeper() end)
on_pc("main", {name = "c"}, function() through_c("x") end)
