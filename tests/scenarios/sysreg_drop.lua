-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.DROP: the write does not happen, of a register and of a PSTATE field.
--! guest: sysregs
--! requires: set_pc
--! stdout: id 0x11120
--! stdout: counter runs
--! stdout: tpidr 0x0 kept 0x1234
--! stdout: nzcv 0x60000000 kept 0x60000000
--! stdout: contextidr sum 34 kept 36
--! stdout: daif 0x3c0 0x3c0
--! stdout: tpidrro 0x0
--! stdout: vbar first kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0x0 kept 0x77 trap saw 0x0 kept 0x99
--! journal: {"kind":"fault","at":"write_tpidr","action":"sysreg_drop","target":"TPIDR_EL1","old":"0x1234"}
--! journal: {"kind":"fault","at":"unmask_debug","action":"sysreg_drop","target":"DAIFClr","old":"0x8"}
--! journal: {"kind":"fault","at":"clear_tpidrro","action":"sysreg_drop","target":"TPIDRRO_EL0","old":"0x0"}
--! journal: {"kind":"fault","at":"write_vbar","action":"sysreg_drop","target":"VBAR_EL1"}
--! journal: {"kind":"fault","at":"el0_accesses+0x10","hit":2,"action":"sysreg_drop","target":"TPIDR_EL1","old":"0x99"}
--! journal-count: {"kind":"fault","action":"sysreg_drop"} 8
--! journal-count: fault 9
--! checks: 4

local check = require "fi.check"

on_sysreg_write("TPIDR_EL1", function() return fi.DROP end) -- the one at EL0 does not trap then
on_sysreg_write("CONTEXTIDR_EL1", {value = 1, mask = 3}, function(ev)
    check.ok(ev.value & 3 == 1, "only 1 and 5")
    return fi.DROP
end)
on_sysreg_write("DAIFClr", function(ev)
    check.eq(ev.value, 8, "the immediate")
    check.eq(ev.rt, nil, "no register has it")
    return fi.DROP
end)
on_sysreg_write("TPIDRRO_EL0", function() return fi.DROP end)
-- A later handler at the same place has the last word.
on_sysreg_write("VBAR_EL1", {after = 1, limit = 1}, function(ev) return ev.value + 0x800 end)
on_sysreg_write("VBAR_EL1", {after = 1, limit = 1}, function() return fi.DROP end)
on_sysreg_write("TPIDR_EL0", function() return fi.DROP end)
