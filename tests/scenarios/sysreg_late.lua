-- SPDX-License-Identifier: GPL-2.0-or-later
-- Triggers that are armed late, removed, disabled; and tasks that wait for them.
--! guest: sysregs
--! requires: set_pc
--! stdout: id 0x1
--! stdout: counter runs
--! stdout: tpidr 0x21 kept 0x1234
--! stdout: nzcv 0x90000000 kept 0x60000000
--! stdout: contextidr sum 1034 kept 36
--! stdout: daif 0x1c0 0x3c0
--! stdout: tpidrro 0x0
--! stdout: vbar second kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0x77 kept 0x77 trap saw 0x99 kept 0x99
--! journal: {"kind":"fault","at":"read_id","action":"sysreg_read","new":"0x1"}
--! journal: {"kind":"fault","at":"write_tpidr","action":"sysreg_write","new":"0x21"}
--! journal: {"kind":"fault","at":"write_contextidr","action":"sysreg_write","old":"0x2","new":"0x3e8"}
--! journal: {"kind":"trigger","name":"third","hits":1,"fired":1,"errors":0,"state":"removed"}
--! journal-count: fault 4
--! checks: 6

local check = require "fi.check"

-- Armed before the instruction at hand executes, it does not see that one, but the next.
on_pc("read_id", {limit = 1}, function()
    on_sysreg_read("ID_AA64ISAR0_EL1", function() check.ok(false, "the instruction at hand") end)
end)
on_pc("main", function()
    on_sysreg_read("ID_AA64ISAR0_EL1", {limit = 1}, function() return 1 end)
end)

local chain = {}
task(function()
    local ev = wait_sysreg_write("TPIDR_EL1", {value = 0x1234})
    chain[#chain + 1] = ev.name
    ev = wait_sysreg_read("TPIDR_EL1")
    chain[#chain + 1] = ev.kind
    ev = wait_sysreg_write("CONTEXTIDR_EL1", {after = 1})
    chain[#chain + 1] = ev.value
    return 1000
end)

-- Both the first replacement and what its handler arms have to leave the block.
on_sysreg_write("TPIDR_EL1", {limit = 1}, function()
    on_pc("write_tpidr+4", {limit = 1}, function() check.eq(cpu.x0, 0x1234, "x0 behind the MSR") end)
    return 0x21
end)

on_sysreg_write("NZCV", function() return 0x90000000 end)
on_pc("nzcv_behind", function()
    check.eq(cpu.x0, 0x60000000, "x0 in a handler behind an MSR in the same block")
end)

local third
third = on_sysreg_write("CONTEXTIDR_EL1", {value = 3, name = "third"}, function() third:remove() end)
local disabled = on_sysreg_write("CONTEXTIDR_EL1", function() return 0 end)
disabled:disable()

check.at_exit(function()
    check.eq(table.concat(chain, " "), "TPIDR_EL1 sysreg_read 2", "the task")
    check.eq(third.fired, 1, "the one that removes itself")
    check.eq(disabled.hits, 0, "the disabled one")
    check.eq(disabled.enabled, false, "is disabled")
end)
