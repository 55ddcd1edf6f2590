-- SPDX-License-Identifier: GPL-2.0-or-later
-- The budget holds in xpcall's message handler, too. (Lua does not call hooks while a hook runs, and a message
-- handler for an error that a hook raised runs inside of it.)
--! guest: checksum
--! opt: budget=100000
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","trigger":"endless"}
--! journal: {"kind":"error","trigger":"in the message handler"}
--! journal-count: error 2
--! timeout: 20

local function endless()
    while true do end
end

on_pc("main", {name = "endless"}, function()
    while true do
        xpcall(endless, function(message) return message end)
    end
end)
on_pc("main", {name = "in the message handler"}, function() xpcall(endless, endless) end)
