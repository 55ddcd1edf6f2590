-- SPDX-License-Identifier: GPL-2.0-or-later
-- Each of four cores has what it writes to CPACR_EL1 replaced on its own.
--! guest: smp
--! requires: set_pc
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x13fb7df4
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0xa02f3124
--! stdout: core 3 sum 0xe6490abc
--! journal-count: {"kind":"fault","action":"sysreg_write","old":"0x300000"} 4
--! journal: {"kind":"trigger","name":"core 2","hits":1,"fired":1}
--! checks: 9

local check = require "fi.check"

local FPEN, TTA = 3 << 20, 1 << 28

on_sysreg_write("CPACR_EL1", function(ev) return ev.value | (ev.vcpu & 1) * TTA end)
on_sysreg_write("CPACR_EL1", {vcpu = 2, name = "core 2"}, function(ev) check.eq(ev.vcpu, 2, "the vCPU") end)

on_pc("work", function(ev)
    check.eq(ev.vcpu, cpu.x0, "the core's number")
    check.eq(cpu.CPACR_EL1 & (FPEN | TTA), FPEN | (ev.vcpu & 1) * TTA, "CPACR_EL1")
end)
