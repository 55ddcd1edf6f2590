-- SPDX-License-Identifier: GPL-2.0-or-later
-- Frozen registers, overrides by function and for a while, dropped writes.
--! guest: sysregs
--! requires: set_pc
--! stdout: id 0x11121
--! stdout: counter stands still
--! stdout: tpidr 0x0 kept 0x1234
--! stdout: nzcv 0x60000000 kept 0x60000000
--! stdout: contextidr sum 21 kept 36
--! stdout: daif 0x3c0 0x3c0
--! stdout: tpidrro 0x0
--! stdout: vbar second kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0xfffffffffffffff0 kept 0x77 trap saw 0x0 kept 0x99
--! journal: {"kind":"fault","action":"sysreg_read","target":"ID_AA64ISAR0_EL1","new":"0x11121","info":{"model":"value","duration":"transient"}}
--! journal: {"kind":"fault","action":"sysreg_drop","target":"TPIDR_EL1","info":{"model":"dropped-write","duration":"permanent"}}
--! journal: {"kind":"fault","action":"sysreg_read","target":"CONTEXTIDR_EL1","old":"0x4","new":"0x3"}
--! journal: {"kind":"fault","action":"sysreg_drop","target":"DAIFClr","old":"0x8","info":{"model":"dropped-write","duration":"intermittent"}}
--! journal: {"kind":"fault","action":"sysreg_read","target":"TPIDR_EL0","new":"0xfffffffffffffff0"}
--! checks: 4

local check = require "fi.check"
local sysreg = require "fi.sysreg"

sysreg.override("ID_AA64ISAR0_EL1", function(ev) return ev.value + 1 end, {limit = 1})
sysreg.override("NZCV", function() end) -- the true one
local counter = sysreg.freeze("CNTVCT_EL0", {vcpu = 0, name = "the counter"})
local contextidr = sysreg.freeze("CONTEXTIDR_EL1", {after = 2}) -- 1 + 2 + 6 * 3
sysreg.drop_writes("TPIDR_EL1")
sysreg.drop_writes("DAIFClr", {limit = 2})
sysreg.override("TPIDR_EL0", -16, {el = 0})
local removed = sysreg.freeze("TPIDRRO_EL0")
removed:remove()

check.at_exit(function()
    check.eq(counter.trigger.fired, 2, "the counter's reads")
    check.eq(counter.trigger.name, "the counter", "its name")
    check.eq(contextidr.values[0], 3, "the frozen value")
    check.eq(removed.trigger.enabled, false, "removed")
end)
