-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.defer to vCPUs that run: at the start of its work each core sends a function to every core, itself included.
-- What is sent to core 0 must arrive: it goes on until the output is printed.
--! guest: smp
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x13fb7df4
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0xa02f3124
--! stdout: core 3 sum 0xe6490abc
--! checks: 1

local check = require "fi.check"

local from = {}
on_pc("work", function(ev)
    local sender = ev.vcpu
    for target = 0, 3 do
        fi.defer(target, function()
            assert(cpu.index == target and cpu.sp % 16 == 0)
            if target == 0 then
                from[#from + 1] = sender
            end
        end)
    end
end)

check.at_exit(function()
    table.sort(from)
    check.eq(table.concat(from, " "), "0 1 2 3", "senders to core 0")
end)
