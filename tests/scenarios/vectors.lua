-- SPDX-License-Identifier: GPL-2.0-or-later
-- SIMD registers by all their names. The fault: after the first round bit 52 of v0's upper double flips, an exponent
-- bit that makes 1.0 of 0.5: the dot product becomes 11180.5.
--! guest: fp
--! stdout: dot 0x40c5d64000000000
--! journal: {"kind":"fault","target":"v0","action":"write_register","at":"fp_dot+0x20","old":"hex:000000000000c03f000000000000e03f","new":"hex:000000000000c03f000000000000f03f"}
--! checks: 15

local check = require "fi.check"

on_pc("fp_next", {limit = 1}, function()
    -- 1 * 1/8 and 2 * 2/8, as doubles
    local low, high = string.pack("<d", 0.125), string.pack("<d", 0.5)
    check.eq(cpu.v0, low .. high, "v0")
    check.eq(cpu:bytes("q0"), low .. high, "q0")
    check.eq(cpu:bytes("d0"), low, "bytes of d0")
    check.eq(cpu.d0, string.unpack("<i8", low), "d0")
    check.eq(cpu.s0, string.unpack("<I4", low), "s0")
    check.eq(cpu.h0, string.unpack("<I2", low), "h0")
    check.eq(cpu.b0, low:byte(), "b0")
    check.eq(cpu:size("q0"), 16, "size of q0")
    check.eq(cpu:size("d0"), 8, "size of d0")
    check.eq(cpu:size("h0"), 2, "size of h0")

    local saved = cpu.v9
    cpu.v9 = string.rep("\xff", 16)
    cpu.s9 = 0
    check.eq(cpu.v9, string.rep("\0", 4) .. string.rep("\xff", 12), "the rest stays as it was")
    cpu.d9 = 0x0102030405060708
    check.eq(cpu:bytes("v9"), "\8\7\6\5\4\3\2\1" .. string.rep("\xff", 8), "d9")
    cpu.b9 = 0
    check.eq(cpu:bytes("v9"):byte(1), 0, "b9")
    cpu:write("v9", saved)
    check.eq(cpu.v9, saved, "as before")
end)

on_pc("fp_next", {limit = 1, name = "flip"}, function()
    local bytes = cpu.v0
    cpu.v0 = bytes:sub(1, 14) .. string.char(bytes:byte(15) ~ 0x10) .. bytes:sub(16)
    check.ok(cpu.v0 ~= bytes, "flipped")
end)
