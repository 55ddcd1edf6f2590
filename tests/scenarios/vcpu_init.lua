-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_vcpu_init: before the first instruction of each vCPU. Core 3 begins with the number of core 5 in x0, so the
-- place of its sum stays 0.
--! guest: smp
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x13fb7df4
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0xa02f3124
--! stdout: core 3 sum 0x00000000
--! journal-count: {"kind":"fault","vcpu":3,"at":"secondary_start","target":"x0","old":"0x3","new":"0x5"} 1
--! journal-count: fault 1
--! checks: 3

local check = require "fi.check"

local seen = {}
local all = on_vcpu_init(function(ev)
    assert(ev.kind == "vcpu_init" and cpu.index == ev.vcpu)
    seen[#seen + 1] = ev.vcpu
end)
local third = on_vcpu_init({vcpu = 3}, function() cpu.x0 = 5 end)

check.at_exit(function()
    table.sort(seen)
    check.eq(table.concat(seen, " "), "0 1 2 3", "vCPUs")
    check.fired(all, 4)
    check.fired(third, 1)
end)
