-- SPDX-License-Identifier: GPL-2.0-or-later
-- A read handler's number is what the guest reads, whichever way the register is named; nil lets the instruction execute.
--! guest: sysregs
--! requires: set_pc
--! stdout: id 0xabc
--! stdout: counter runs backwards
--! stdout: tpidr 0xffffffffffffffff kept 0x1234
--! stdout: nzcv 0x60000000 kept 0x60000000
--! stdout: contextidr sum 44 kept 36
--! stdout: daif 0x1c0 0x3c1
--! stdout: tpidrro 0x7
--! stdout: vbar second kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0x55 kept 0x77 trap saw 0x99 kept 0x99
--! journal: {"kind":"fault","vcpu":0,"at":"read_id","trigger":"on_sysreg_read ID_AA64ISAR0_EL1","hit":1,"action":"sysreg_read","target":"ID_AA64ISAR0_EL1","old":"0x11120","new":"0xabc"}
--! journal: {"kind":"fault","at":"read_counter","action":"sysreg_read","target":"CNTVCT_EL0","old":null,"new":"0x63"}
--! journal: {"kind":"fault","at":"read_tpidr","action":"sysreg_read","target":"TPIDR_EL1","old":"0x1234","new":"0xffffffffffffffff"}
--! journal: {"kind":"fault","at":"el0_accesses+0x8","action":"sysreg_read","target":"TPIDR_EL0","new":"0x55"}
--! journal: {"kind":"trigger","name":"the counter","type":"sysreg_read","hits":2,"fired":2,"state":"active"}
--! journal-count: fault 16
--! checks: 29

local check = require "fi.check"

local id = on_sysreg_read("ID_AA64ISAR0_EL1", function(ev)
    check.eq(ev.kind, "sysreg_read", "kind")
    check.eq(ev.name, "ID_AA64ISAR0_EL1", "name")
    check.eq(ev.value, 0x11120, "the value so far")
    check.eq(ev.rt, 0, "rt")
    check.eq(ev.pc, fi.symbol("read_id"), "pc")
    check.eq(ev.opcode, 0xd5380600, "opcode")
    check.eq(ev.vcpu, 0, "vcpu")
    check.eq(ev.hits, 1, "hits")
    check.eq(("%d %d %d %d %d"):format(ev.op0, ev.op1, ev.crn, ev.crm, ev.op2), "3 0 0 6 0", "encoding")
    check.eq(ev.addr, nil, "a field of other events")
    return 0xabc
end)

local count = 100
on_sysreg_read("cntvct_el0", {name = "the counter"}, function(ev)
    check.eq(ev.value, nil, "QEMU's list has no CNTVCT_EL0")
    count = count - 1
    return count
end)
on_sysreg_read("S3_0_C13_C0_4", function() return -1 end) -- TPIDR_EL1
on_sysreg_read({op0 = 3, op1 = 0, crn = 13, crm = 0, op2 = 1}, function(ev) return ev.value + 1 end) -- CONTEXTIDR_EL1
on_sysreg_read("nzcv", function(ev) check.eq(ev.name, "NZCV", "nil lets it execute") end)
-- Of two handlers the later one sees, and has, the last word.
on_sysreg_read("DAIF", {after = 1}, function() return 0x3c0 end)
on_sysreg_read("daif", {after = 1}, function(ev)
    check.eq(ev.value, 0x3c0, "what an earlier handler gave")
    return ev.value + 1
end)
on_sysreg_read("TPIDRRO_EL0", function() return 7 end)
on_sysreg_read("TPIDR_EL0", {el = 0}, function() return 0x55 end)
on_sysreg_read("TPIDR_EL0", {el = 1}, function() return 0x66 end)
check.at_exit(function()
    check.eq(id.name, "on_sysreg_read ID_AA64ISAR0_EL1", "the default name")
    check.eq(id.kind, "sysreg_read", "the trigger's kind")
    check.eq(id.hits, 1, "hits of the ID register")
    check.eq(id.fired, 1, "firings")
    for _, t in ipairs(fi.triggers()) do
        check.ok(t.kind ~= "sysreg_read" or t.errors == 0, t.name)
    end
end)
