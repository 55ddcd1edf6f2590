-- SPDX-License-Identifier: GPL-2.0-or-later
-- General registers: 64 and 32 bits, sp, pc, cpsr, aliases, names without regard to case, bytes. The fault: the flag
-- that ends the loop is set after ten words (0xe0f9bd78 is the checksum of ten).
--! guest: checksum
--! stdout: checksum 0xe0f9bd78
--! journal: {"kind":"fault","target":"cpsr","at":"checksum+0x14"}
--! checks: 26

local check = require "fi.check"

on_pc("checksum", function(ev)
    check.eq(cpu.x0, fi.symbol("buffer"), "x0")
    check.eq(cpu.w1, 256, "w1")
    check.eq(cpu.pc, ev.pc, "pc")
    check.eq(cpu.X0, cpu.x0, "upper case")
    check.eq(cpu.lr, cpu.x30, "lr")
    check.eq(cpu.fp, cpu.x29, "fp")
    check.eq(cpu.pstate, cpu.cpsr, "pstate")
    check.ok(cpu.sp > fi.symbol("stacks") and cpu.sp % 16 == 0, "sp")
    check.eq(cpu:read("w1"), 256, "read")
    check.eq(cpu:bytes("x1"), string.pack("<I8", 256), "bytes of x1")
    check.eq(cpu:bytes("w1"), string.pack("<I4", 256), "bytes of w1")
    check.eq(cpu:size("x1"), 8, "size of x1")
    check.eq(cpu:size("w1"), 4, "size of w1")
    check.eq(cpu:size("v0"), 16, "size of v0")
    check.ok(cpu:writable("x1"), "x1 can be written")
    check.eq(cpu.index, 0, "index")
    check.eq(fi.cpu().x1, 256, "fi.cpu()")
    check.eq(fi.cpu(0).x1, 256, "fi.cpu(0)")

    local saved = cpu.x9
    cpu.x9 = 0x123456789abcdef0
    check.eq(cpu.w9, 0x9abcdef0, "the low half")
    cpu.w9 = 7
    check.eq(cpu.x9, 7, "w9 zero-extends")
    cpu.x9 = -1
    check.eq(cpu.x9, -1, "all ones")
    cpu:write("x9", string.pack("<I8", 0x55))
    check.eq(cpu.x9, 0x55, "written as bytes")
    cpu:write("x9", saved, {model = "restored"})
    check.eq(cpu.x9, saved, "as before")
end)

on_pc("checksum_branch", {after = 9, limit = 1}, function()
    check.eq(cpu.cpsr & 0x40000000, 0, "Z is clear")
    cpu.cpsr = cpu.cpsr | 0x40000000
end)

local names = {}
on_pc("main", function()
    for _, name in ipairs(cpu:names()) do
        names[name:lower()] = true
    end
    check.ok(names.x0 and names.x30 and names.sp and names.pc and names.cpsr and names.v31, "names")
    check.ok(names.tpidr_el1 or names.TPIDR_EL1, "names of system registers")
end)
