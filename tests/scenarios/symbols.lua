-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.symbol and fi.symbols, at load and in handlers; the fault is placed by them.
--! guest: checksum
--! stdout: checksum 0xdc921675
--! checks: 12

local check = require "fi.check"

local checksum, size, kind = fi.symbol("checksum")
check.eq(kind, "func", "kind of a function")
check.eq(size, 32, "size of a function")
local buffer, buffer_size, buffer_kind = fi.symbol("buffer")
check.ok(buffer > checksum, "data is behind the code")
check.eq(buffer_size, 1024, "size of an object")
check.eq(buffer_kind, "object", "kind of an object")
check.eq(select(3, fi.symbol("checksum_add")), "other", "kind of a label")
local range = fi.symbols.range("checksum")
check.ok(range[1] == checksum and range[2] == checksum + 32, "range")
check.eq(fi.symbols.at(checksum), "checksum", "at the start")
check.eq(fi.symbols.at(checksum + 8), "checksum+0x8", "inside")
check.eq(fi.symbols.at(16), nil, "nowhere")
local found = fi.symbols.find("^checksum_[ar]")
table.sort(found)
check.eq(table.concat(found, " "), "checksum_add checksum_return checksum_rotate", "find")

on_pc(checksum + size - 8, function(ev)
    check.eq(fi.symbols.at(ev.pc), "checksum+0x18", "in a handler")
    cpu.w2 = cpu.w2 ~ 8
end)
