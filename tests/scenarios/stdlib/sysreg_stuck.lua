-- SPDX-License-Identifier: GPL-2.0-or-later
-- Stuck bits: of a register that is written, of one that is only read and is not in QEMU's list, of flags, of several bits.
--! guest: sysregs
--! requires: set_pc
--! stdout: id 0x11020
--! stdout: counter stands still
--! stdout: tpidr 0x1204 kept 0x1234
--! stdout: nzcv 0xe0000000 kept 0x60000000
--! stdout: contextidr sum 52 kept 36
--! stdout: daif 0x3c0 0x111
--! stdout: tpidrro 0x0
--! stdout: vbar second kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0x177 kept 0x77 trap saw 0x99 kept 0x99
--! journal: {"kind":"fault","action":"write_register","target":"x0","at":"read_id+0x4","old":"0x11120","new":"0x11020","info":{"model":"stuck-at-0","duration":"permanent","bits":"8","sysreg":"ID_AA64ISAR0_EL1"}}
--! journal: {"kind":"fault","action":"sysreg_write","target":"TPIDR_EL1","old":"0x1234","new":"0x1204","info":{"model":"stuck-at-0","duration":"permanent","bits":"4,5"}}
--! journal: {"kind":"fault","action":"sysreg_write","target":"NZCV","old":"0x60000000","new":"0xe0000000","info":{"model":"stuck-at-1","duration":"permanent","bits":"31"}}
--! journal: {"kind":"fault","action":"write_register","target":"x0","at":"read_daif+0x4","old":"0x1c0","new":"0x3c0","info":{"model":"stuck-at-1","duration":"permanent","bits":"9","sysreg":"DAIF"}}
--! journal: {"kind":"fault","action":"sysreg_write","target":"TPIDR_EL0","old":"0x77","new":"0x177"}
--! journal-count: {"kind":"fault","action":"sysreg_write","target":"CONTEXTIDR_EL1"} 4
--! checks: 4

local check = require "fi.check"
local sysreg = require "fi.sysreg"

sysreg.stuck_at("ID_AA64ISAR0_EL1", 8, 0)
local all = {}
for bit = 0, 63 do
    all[#all + 1] = bit
end
local counter = sysreg.stuck_at("CNTVCT_EL0", all, 0)
sysreg.stuck_at("TPIDR_EL1", {4, 5}, 0, {el = 1})
sysreg.stuck_at("NZCV", 31, 1)
sysreg.stuck_at("CONTEXTIDR_EL1", 2, 1, {vcpu = 0})
local daif = sysreg.stuck_at("DAIF", 9, 1) -- its MSR (immediate) writes what it is told to
local el0 = sysreg.stuck_at("TPIDR_EL0", 8, 1)
-- Who gets behind an MRS without executing it is not concerned.
on_pc("read_daif", {after = 1, limit = 1}, function()
    cpu.x0 = 0x111
    cpu.pc = fi.symbol("read_contextidr") + 4
end)
local removed = sysreg.stuck_at("TPIDRRO_EL0", 1, 1)
removed:remove()

check.at_exit(function()
    check.eq(counter.forced, 2, "two reads of the counter")
    check.eq(daif.forced, 1, "forced once")
    check.eq(el0.forced, 1, "written so, it reads so")
    check.eq(removed.forced, 0, "removed")
end)
