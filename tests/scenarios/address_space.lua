-- SPDX-License-Identifier: GPL-2.0-or-later
-- The options ttbr and asid, also as those of a map. The guest gets another ASID after a hundred rounds of its loop: what is
-- for one address space does not fire in the other.
--! guest: checksum
--! requires: sysreg_write set_pc
--! checks: 11

local check = require "fi.check"

local LOOP <const> = "checksum:checksum_add"
local ROUNDS <const> = 256
local SWITCH <const> = 100
local NEW <const> = 5 << 48

local elf = fi.symbols.maps()[1].path
fi.symbols.load(elf, {name = "process", asid = 5})

local t = {}
on_pc("checksum:checksum", {limit = 1}, function()
    local table0 = cpu.ttbr0_el1
    check.eq(table0 >> 48, 0, "starts with ASID 0")
    t.asid0 = on_pc(LOOP, {asid = 0, name = "0"}, function() end)
    t.asid5 = on_pc(LOOP, {asid = 5, name = "5"}, function() end)
    -- Alone at its instruction, where generated code counts if it can
    t.every = on_pc("checksum:checksum_rotate", {asid = 5, after = 50, every = 10, name = "every"}, function() end)
    t.map = on_pc("process:checksum_add", {name = "map"}, function() end)
    t.own = on_pc("process:checksum_add", {asid = 0, name = "own"}, function() end)
    t.ttbr = on_pc(LOOP, {ttbr = table0 | NEW | 1, name = "table"}, function() end)
    t.other = on_pc(LOOP, {ttbr = table0 + 0x10000, name = "other"}, function() end)
    t.read = on_read("checksum:buffer", {asid = 5, name = "read"}, function() end)
    t.all = on_pc(LOOP, {name = "all"}, function(ev)
        if ev.hits == SWITCH then
            cpu.ttbr0_el1 = table0 | NEW
        end
    end)
end)

on_pc("checksum:checksum_return", function()
    local function eq(name, hits)
        check.eq(t[name].hits, hits, name)
    end
    eq("all", ROUNDS)
    eq("asid0", SWITCH)
    eq("asid5", ROUNDS - SWITCH)
    eq("every", ROUNDS - SWITCH)
    check.eq(t.every.fired, (ROUNDS - SWITCH - 50 + 9) // 10, "every fires")
    eq("map", ROUNDS - SWITCH)
    eq("own", SWITCH)
    eq("ttbr", ROUNDS)
    eq("other", 0)
    eq("read", ROUNDS - SWITCH)
end)
