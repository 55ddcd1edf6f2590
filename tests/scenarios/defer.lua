-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.defer: the way to another vCPU. The last core to start marks a register of core 0, which waits for it; core 0
-- finds the mark when its work begins and calls itself core 5, so the place of its own sum stays 0.
--! guest: smp
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x00000000
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0xa02f3124
--! stdout: core 3 sum 0xe6490abc
--! journal: {"kind":"fault","vcpu":0,"trigger":null,"hit":null,"action":"write_register","target":"v31"}
--! journal: {"kind":"fault","vcpu":0,"at":"work","action":"write_register","target":"x0","old":"0x0","new":"0x5"}
--! journal-count: fault 2
--! checks: 2

local check = require "fi.check"

local mark = "a mark of core 3"

on_pc("secondary_main", {total = true, after = 2, limit = 1}, function(ev)
    check.ok(ev.vcpu > 0, "another core")
    fi.defer(0, function()
        check.eq(cpu.index, 0, "core 0")
        cpu.v31 = mark
    end)
end)
on_pc("work", function()
    if cpu.v31 == mark then
        cpu.x0 = 5
    end
end)
