-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_write: place, size, value and mask. The handler sees memory as it is after the store and may change it: the word
-- at +4 becomes 0 and is loaded as such twice. The sum is 0x6666aac8 - 2 * 0x33333333.
--! guest: memory
--! stdout: sum 0x0000000000004462 stores 8 loads 12
--! stdout: cell+0 0x0000000022220011
--! stdout-any
--! journal: {"kind":"fault","action":"write_memory","space":"virt","size":4,"old":"0x33333333","new":"0x0","at":"store32"}
--! journal-count: fault 1
--! checks: 9

local check = require "fi.check"

local function nothing() end

local bytes = on_write("cell", {size = 1}, nothing)
local value = on_write("cell", {value = 0x11}, nothing)
local masked = on_write("cell", {value = 0x2020, mask = 0xf0f0, size = 2}, nothing)
local wide = on_write("cell", {value = 0x4444444444444444, size = 8}, nothing)
local unlucky = on_write("cell", {value = 0x4444444444444445, size = 8}, nothing)

on_write("cell+4", {size = 4}, function(ev)
    check.eq(ev.value, 0x33333333, "value")
    check.eq(ev.addr, fi.symbol("cell") + 4, "address")
    check.eq(mem.u32[ev.addr], 0x33333333, "memory after the store")
    check.eq(fi.symbols.at(ev.pc), "store32", "instruction")
    mem.u32[ev.addr] = 0
end)

check.at_exit(function()
    check.fired(bytes, 1)
    check.fired(value, 1)
    check.fired(masked, 1)
    check.fired(wide, 1)
    check.fired(unlucky, 0)
end)
