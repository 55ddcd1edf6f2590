-- SPDX-License-Identifier: GPL-2.0-or-later
-- System registers: read by name, written where QEMU lets them be; the guest reads back what was written in between.
--! guest: sysreg
--! requires: sysreg_write
--! stdout: tpidr 0x4321
--! stdout: contextidr 0x57
--! stdout: midr 0x410fd034
--! journal: {"kind":"fault","action":"write_register","target":"~(?i)^tpidr_el1$","old":"0x1234","new":"0x4321"}
--! journal: {"kind":"fault","target":"~(?i)^contextidr_el1$","old":"0x56","new":"0x57"}
--! journal-count: fault 2
--! checks: 5

local check = require "fi.check"

on_pc("between", function()
    check.eq(cpu["TPIDR_EL1"], 0x1234, "TPIDR_EL1")
    check.eq(cpu.contextidr_el1, 0x56, "contextidr_el1, in lower case")
    check.eq(cpu.SCTLR_EL1 & 1, 1, "the MMU is on")
    cpu.TPIDR_EL1 = 0x4321
    cpu.CONTEXTIDR_EL1 = cpu.CONTEXTIDR_EL1 ~ 1
    check.eq(cpu.TPIDR_EL1, 0x4321, "after the write")
    check.ok(cpu:writable("TPIDR_EL1"), "writable")
end)
