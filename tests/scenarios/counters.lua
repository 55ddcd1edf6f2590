-- SPDX-License-Identifier: GPL-2.0-or-later
-- Counters: counted by the guest's instructions and by the scenario, for each vCPU and in all.
--! guest: smp
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x13fb7df4
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0xa02f3124
--! stdout: core 3 sum 0xe6490abc
--! checks: 11

local check = require "fi.check"

local work = fi.counter("work")
work:count_pc("work")
local several = fi.counter("several")
several:count_pc("work")
several:count_pc("main")
local added = fi.counter("added")
local reset = fi.counter("reset")
reset:count_pc("work")

on_pc("work", function(ev)
    added:add(10 * ev.vcpu)
    added:add(1)
    if ev.vcpu == 1 then
        check.eq(added:value(), 11, "own value")
        check.eq(added:value(1), 11, "own value by number")
    end
end)

check.at_exit(function()
    check.ok(fi.counter("work") ~= nil and fi.counter("work"):sum() == work:sum(), "the same name is the same counter")
    check.count(work, 4)
    check.count(several, 5)
    check.count(added, 4 + 10 * (1 + 2 + 3))
    check.eq(work:value(2), 1, "core 2's")
    check.eq(several:value(0), 2, "core 0's")
    check.eq(added:value(3), 31, "core 3's")
    check.count(reset, 4)
    reset:reset()
    check.count(reset, 0, "after reset")
end)
