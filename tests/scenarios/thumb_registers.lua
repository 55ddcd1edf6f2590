-- SPDX-License-Identifier: GPL-2.0-or-later
-- Cortex-M registers: r0-r15, their aliases, xPSR. The fault: r2 gets another bit before it is returned.
--! guest: mchecksum
--! stdout: checksum 0xdc921675
--! journal: {"kind":"fault","target":"r2","old":"0xdc92167d","new":"0xdc921675","at":"checksum+0x10"}
--! journal-count: fault 1
--! checks: 13

local check = require "fi.check"

on_pc("checksum_done", function(ev)
    check.eq(cpu.r2, 0xdc92167d, "r2")
    check.eq(cpu.r1, 0, "r1")
    check.eq(cpu.r0, fi.symbol("buffer") + 1024, "r0")
    check.eq(cpu.pc, ev.pc, "pc, without bit 0")
    check.eq(cpu.r15, cpu.pc, "r15")
    check.eq(cpu.lr & 1, 1, "lr has bit 0")
    check.eq(cpu.r14, cpu.lr, "r14")
    check.eq(cpu.r13, cpu.sp, "r13")
    check.eq(cpu.sp & 3, 0, "sp")
    check.eq(cpu.cpsr, cpu.xpsr, "cpsr is xpsr")
    check.eq(cpu.xpsr >> 24 & 1, 1, "the T bit")
    check.eq(cpu.xpsr >> 30 & 1, 1, "Z, of the last subs")
    check.eq(cpu:size("r2"), 4, "size")
    cpu.r2 = cpu.r2 ~ 8
end)
