-- SPDX-License-Identifier: GPL-2.0-or-later
-- mem: every width, signed and not, by address and by symbol, as bytes. The guest prints what was written.
--! guest: memory
--! stdout-re: ^sum 0x
--! stdout: cell+0 0x8877665544332211
--! stdout: cell+8 0xffffffffffffffff
--! stdout: cell+16 0x00000000fedcba98
--! stdout: cell+24 0x6968676665646362
--! stdout: cell+32 0x7777777777777777
--! stdout: cell+40 0x8888888888888888
--! stdout: cell+48 0x9999999999999999
--! stdout: cell+56 0x00000000000000aa
--! journal: {"kind":"fault","action":"write_memory","space":"virt","size":1,"old":"0x11","new":"0x11"}
--! checks: 14

local check = require "fi.check"

on_pc("use_alias", function()
    local cell = fi.symbol("cell")
    check.eq(mem.u8[cell], 0x11, "u8")
    check.eq(mem.u16["cell+2"], 0x2222, "u16")
    check.eq(mem.u32[cell + 4], 0x33333333, "u32")
    check.eq(mem.u64["cell+8"], 0x4444444444444444, "u64")
    check.eq(mem.u64[cell + 40], 0x8888888888888888, "u64 with the highest bit")
    check.eq(mem.i8[cell + 40], -0x78, "i8")
    check.eq(mem.i16[cell + 40], -0x7778, "i16")
    check.eq(mem.i32[cell + 40], -0x77777778, "i32")
    check.eq(mem.i64[cell + 40], -0x7777777777777778, "i64")
    check.eq(mem:read("cell", 8), "\x11\0\x22\x22\x33\x33\x33\x33", "bytes")
    check.eq(mem:read(cell + 1, 3), "\0\x22\x22", "three bytes")

    mem.u8.cell = 0x11
    mem.u8[cell + 1] = 0x22
    mem.u16["cell+2"] = 0x4433
    mem.u32[cell + 4] = 0x88776655
    mem.i64[cell + 8] = -1
    mem.i32[cell + 16] = 0xfedcba98 - (1 << 32)
    mem.u32[cell + 20] = 0
    mem:write("cell+24", "bcdefghi")
    check.eq(mem.u64[cell], 0x8877665544332211 | 0, "after the writes")
    check.eq(mem.i32["cell+8"], -1, "negative")
    check.eq(mem:read("cell+24", 8), "bcdefghi", "string")
end)
