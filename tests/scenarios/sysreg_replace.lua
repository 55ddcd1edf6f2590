-- SPDX-License-Identifier: GPL-2.0-or-later
-- A write handler's number is what the instruction writes, and its source register is left alone: behind an MSR that ends
-- its block and one that does not, when an exception or an interrupt comes right behind it, and when it traps itself.
--! guest: sysregs
--! requires: discontinuity
--! stdout: id 0x11120
--! stdout: counter runs
--! stdout: tpidr 0x4321 kept 0x1234
--! stdout: nzcv 0x90000000 kept 0x60000000
--! stdout: contextidr sum 360 kept 36
--! stdout: daif 0x1c0 0x3c0
--! stdout: tpidrro 0x0
--! stdout: vbar second kept
--! stdout: irq 1 saw 0x3c0 kept 0x3c0
--! stdout: el0 tpidr 0x2 kept 0x77 trap saw 0x99 kept 0x99
--! journal: {"kind":"fault","at":"write_tpidr","action":"sysreg_write","target":"TPIDR_EL1","old":"0x1234","new":"0x4321"}
--! journal: {"kind":"fault","at":"write_nzcv","action":"sysreg_write","target":"NZCV","old":"0x60000000","new":"0x90000000"}
--! journal: {"kind":"fault","at":"write_contextidr","hit":8,"action":"sysreg_write","target":"CONTEXTIDR_EL1","old":"0x8","new":"0x50"}
--! journal: {"kind":"fault","at":"write_vbar","hit":2,"action":"sysreg_write","target":"VBAR_EL1"}
--! journal: {"kind":"fault","at":"write_daif","action":"sysreg_write","target":"DAIF","old":"0x3c0","new":"0x340"}
--! journal: {"kind":"fault","at":"el0_accesses+0x4","action":"sysreg_write","target":"TPIDR_EL0","old":"0x77","new":"0x2"}
--! journal: {"kind":"fault","at":"el0_accesses+0x10","action":"sysreg_write","target":"TPIDR_EL1","old":"0x99","new":"0x1"}
--! journal-count: fault 14
--! checks: 12

local check = require "fi.check"

on_sysreg_write("TPIDR_EL1", {el = 1}, function(ev)
    check.eq(ev.value, 0x1234, "the data")
    check.eq(ev.rt, 0, "where it comes from")
    check.eq(ev.name, "TPIDR_EL1", "name")
    check.eq(ev.kind, "sysreg_write", "kind")
    return 0x4321
end)
on_pc("write_tpidr+4", function()
    check.eq(cpu.x0, 0x1234, "x0 in a handler behind the end of the block")
    check.eq(cpu.TPIDR_EL1, 0x4321, "TPIDR_EL1 there")
end)
on_sysreg_write("NZCV", function() return 0x90000000 end)
on_sysreg_write("CONTEXTIDR_EL1", function(ev) return ev.value * 10 end)
-- The second of three changes of VBAR_EL1 has an SVC right behind it. Its vectors do not exist; the real ones come second.
on_sysreg_write("VBAR_EL1", {after = 1, limit = 1}, function(ev)
    check.eq(ev.value, fi.symbol("second_vectors"), "the new vectors")
    return ev.value | 1
end)
on_exception("svc", {limit = 1}, function()
    check.eq(cpu.x0, fi.symbol("second_vectors"), "x0 in a handler of on_exception")
end)
-- Interrupts are unmasked by an MSR that was to leave them masked, and one is pending.
on_sysreg_write("DAIF", {limit = 1}, function() return 0x340 end)
on_interrupt("irq", function(ev)
    check.eq(ev.from_pc, fi.symbol("write_daif") + 4, "the interrupt is taken right behind the MSR")
    check.eq(cpu.x0, 0x3c0, "x0 in a handler of on_interrupt")
end)
on_sysreg_write("TPIDR_EL0", function() return 2 end)
on_sysreg_write("TPIDR_EL1", {el = 0}, function() return 1 end)
on_exception("unknown", function()
    check.eq(cpu.x3, 0x99, "x3 in a handler of on_exception, of the MSR that trapped")
    check.eq(cpu.TPIDR_EL1, 0x4321, "which has written nothing")
end)
