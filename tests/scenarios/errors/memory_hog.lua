-- SPDX-License-Identifier: GPL-2.0-or-later
-- A handler that eats memory hits the cap (plugin option memory); the guest goes on, and so does the scenario, which
-- gets its memory back.
--! guest: checksum
--! opt: memory=8
--! stdout: checksum 0xdc921675
--! stderr-re: ^fi_lua: .*not enough memory
--! journal: {"kind":"error","trigger":"strings","message":"~not enough memory"}
--! journal: {"kind":"error","trigger":"tables","message":"~not enough memory"}
--! journal-count: error 2
--! journal: {"kind":"fault","old":"0xdc92167d","new":"0xdc921675"}

on_pc("main", {name = "strings"}, function()
    local text = "x"
    while true do
        text = text .. text
    end
end)
on_pc("main", {name = "tables"}, function()
    local list = {} -- luacheck: ignore 241
    while true do
        list[#list + 1] = {}
    end
end)
on_pc("checksum_done", function()
    local list = {} -- luacheck: ignore 241
    for i = 1, 1000 do
        list[i] = {i}
    end
    cpu.w2 = cpu.w2 ~ 8
end)
