-- SPDX-License-Identifier: GPL-2.0-or-later
-- after_insns, armed at checksum's first instruction: three instructions later the first word is about to be added,
-- with bit 0 flipped. Armed at load it counts from the guest's first instruction.
--! guest: checksum
--! smp: 2
--! requires: set_pc
--! stdout: checksum 0x5c923fcc
--! journal-count: {"kind":"fault","at":"checksum+0xc","target":"w3","old":"0x3c88596c","new":"0x3c88596d"} 1
--! journal-count: fault 1
--! checks: 5

local check = require "fi.check"

on_pc("checksum", function()
    after_insns(3, function(ev)
        check.eq(ev.kind, "insns", "kind")
        check.eq(ev.pc, fi.symbol("checksum_add"), "place")
        check.eq(ev.opcode, 0x0b030042, "opcode")
        cpu.w3 = cpu.w3 ~ 1
    end)
end)

-- The first two instructions are "mov x19, #0" and the branch to boot.
after_insns(2, {vcpu = 0, name = "two"}, function(ev) check.eq(ev.pc, fi.symbol("boot"), "third instruction") end)
local other = after_insns(2, {vcpu = 1}, function() end)

check.at_exit(function()
    check.fired(other, 0)
end)
