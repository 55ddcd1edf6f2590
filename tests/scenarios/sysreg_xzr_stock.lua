-- SPDX-License-Identifier: GPL-2.0-or-later
-- XZR cannot hold another value, and without the capability there is no other way for it to the register.
--! guest: sysregs
--! tiers: stock
--! requires: set_pc
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
--! journal: {"kind":"error","message":"~replacing what an MSR writes from XZR needs the capability 'sysreg_write'"}
--! journal-count: fault 0

on_sysreg_write("TPIDRRO_EL0", function() return 1 end)
