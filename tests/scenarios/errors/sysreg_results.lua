-- SPDX-License-Identifier: GPL-2.0-or-later
-- Results that mean nothing for a system register: the instruction executes, and the error is the handler's.
--! guest: sysregs
--! stdout: id 0x11120
--! stdout: counter runs
--! stdout: tpidr 0x1234 kept 0x1234
--! stdout: nzcv 0x60000000 kept 0x60000000
--! stdout: contextidr sum 36 kept 36
--! stdout: daif 0x1c0 0x3c0
--! stdout: tpidrro 0x0
--! stdout: vbar second kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0x77 kept 0x77 trap saw 0x99 kept 0x99
--! journal: {"kind":"error","trigger":"skip","message":"~sysreg_results.lua:26: a handler of on_sysreg_read returns nothing or an integer \\(what the guest reads\\), not fi.SKIP"}
--! journal: {"kind":"error","trigger":"drop","message":"~on_sysreg_read returns nothing or an integer \\(what the guest reads\\), not fi.DROP"}
--! journal: {"kind":"error","trigger":"float","message":"~a handler of on_sysreg_write returns nothing, an integer \\(written instead\\) or fi.DROP, not 1.5"}
--! journal: {"kind":"error","trigger":"info","message":"~the journal's info is a table, not number"}
--! journal: {"kind":"error","trigger":"immediate","message":"~MSR \\(immediate\\) has its data in the opcode.*return nothing or fi.DROP"}
--! journal-count: error 5
--! journal-count: fault 0

local function once(name)
    return {name = name, limit = 1}
end

on_sysreg_read("ID_AA64ISAR0_EL1", once "skip", function() return fi.SKIP end)
on_sysreg_read("CNTVCT_EL0", once "drop", function() return fi.DROP end)
on_sysreg_write("TPIDR_EL1", once "float", function() return 1.5 end)
on_sysreg_write("CONTEXTIDR_EL1", once "info", function() return 1, 2 end)
on_sysreg_write("DAIFSet", once "immediate", function() return 1 end)
