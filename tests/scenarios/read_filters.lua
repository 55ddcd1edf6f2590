-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_read: place, size, value and mask. The guest loads each cell once by its address, once by its alias (another
-- virtual address, so not seen here), and, 8 bytes at a time, for the output.
--! guest: memory
--! stdout: sum 0x000000006666aac8 stores 8 loads 12
--! stdout: cell+0 0x3333333322220011
--! stdout: cell+8 0x4444444444444444
--! stdout: cell+16 0x5555555555555555
--! stdout: cell+24 0x6666666666666666
--! stdout: cell+32 0x7777777777777777
--! stdout: cell+40 0x8888888888888888
--! stdout: cell+48 0x9999999999999999
--! stdout: cell+56 0x00000000000000aa
--! checks: 13

local check = require "fi.check"

local function nothing() end

local first_byte = on_read(fi.symbol("cell"), nothing)
local second_byte = on_read("cell+1", nothing)
local bytes = on_read("cell", {size = 1}, nothing)
local halfwords = on_read({"cell", "cell+8"}, {size = 2}, nothing)
local words = on_read({"cell", size = 8}, {size = 4}, nothing)
local value = on_read("cell", {value = 0x2222, size = 2}, nothing)
local other_value = on_read("cell", {value = 0x2223, size = 2}, nothing)
local masked = on_read("cell", {value = 0x22000011, mask = 0xff0000ff}, nothing)
local beside = on_read({"cell+57", size = 7}, {size = 1}, nothing)

on_read("cell+4", {limit = 1, size = 4}, function(ev)
    check.eq(ev.addr, fi.symbol("cell") + 4, "address")
    check.eq(ev.value, 0x33333333, "value")
    check.eq(ev.paddr, ev.addr, "physical address")
    check.ok(ev.size == 4 and ev.kind == "read" and not ev.is_io and ev.device == nil, "the other fields")
end)

check.at_exit(function()
    check.fired(first_byte, 2)
    check.fired(second_byte, 1)
    check.fired(bytes, 1)
    check.fired(halfwords, 1)
    check.fired(words, 1)
    check.fired(value, 1)
    check.fired(other_value, 0)
    check.fired(masked, 1)
    check.fired(beside, 0)
end)
