-- SPDX-License-Identifier: GPL-2.0-or-later
-- The option vcpu: only core 2 is told that it is core 0, so core 2's line alone is missing its sum.
--! guest: smp
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x13fb7df4
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0x00000000
--! stdout: core 3 sum 0xe6490abc
--! journal-count: fault 1
--! journal: {"kind":"fault","vcpu":2,"at":"work","target":"x0","old":"0x2","new":"0x0"}
--! journal: {"kind":"trigger","hits":1,"fired":1}

on_pc("work", {vcpu = 2}, function(ev)
    assert(ev.vcpu == 2 and cpu.index == 2)
    cpu.x0 = 0
end)
