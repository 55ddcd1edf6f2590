-- SPDX-License-Identifier: GPL-2.0-or-later
-- pcall cannot swallow the end of the budget, nor can a metamethod or a to-be-closed variable.
--! guest: checksum
--! opt: budget=100000
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","trigger":"pcall","message":"~budget"}
--! journal: {"kind":"error","trigger":"close"}
--! journal: {"kind":"error","trigger":"metamethod"}
--! journal-count: error 3

local function endless()
    while true do end
end

on_pc("main", {name = "pcall"}, function()
    while true do
        pcall(endless)
    end
end)
on_pc("main", {name = "close"}, function()
    local guard <close> = setmetatable({}, {__close = endless})
    return endless(guard)
end)
on_pc("main", {name = "metamethod"}, function()
    local object = setmetatable({}, {__index = endless})
    while true do
        pcall(function() return object.field end)
    end
end)
