-- SPDX-License-Identifier: GPL-2.0-or-later
-- An MSR from XZR is stood in for; a PSTATE field is written both by its MSR (immediate) and by the register of its name.
--! guest: sysregs
--! requires: sysreg_write set_pc
--! stdout: id 0x11120
--! stdout: counter runs
--! stdout: tpidr 0x1234 kept 0x1234
--! stdout: nzcv 0x60000000 kept 0x60000000
--! stdout: contextidr sum 36 kept 36
--! stdout: daif 0x1c0 0x3c0
--! stdout: tpidrro 0x55
--! stdout: vbar second kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0x77 kept 0x77 trap saw 0x99 kept 0x99
--! journal: {"kind":"fault","at":"clear_tpidrro","action":"sysreg_write","target":"TPIDRRO_EL0","old":"0x0","new":"0x55"}
--! journal-count: fault 1
--! checks: 2

local check = require "fi.check"

on_sysreg_write("TPIDRRO_EL0", function(ev)
    check.eq(ev.rt, 31, "XZR")
    check.eq(ev.value, 0, "reads as zero")
    return 0x55
end)
