-- SPDX-License-Identifier: GPL-2.0-or-later
-- opts.vcpu: each handler runs on the vCPU that was asked for, all of which are in WFI, and reads that vCPU's registers.
--! guest: interrupts
--! smp: 4
--! tiers: patched
--! requires: timers
--! stdout: gic v2 cores 4
--! stdout-any
--! stdout: handled 5 of 6
--! checks: 12

local check = require "fi.check"

on_pc("before_wait", function()
    mem.u32.expected = mem.u32.expected + 1     -- so that the guest waits
    for vcpu = 0, 3 do
        local timer = after_ns(5000000 + vcpu * 1000000, {vcpu = vcpu}, function(ev)
            check.eq(ev.vcpu, vcpu, "ev.vcpu")
            local stack = fi.symbol("stacks") + vcpu * 0x2000
            check.ok(cpu.sp > stack and cpu.sp <= stack + 0x2000, "its stack pointer")
        end)
        check.at_exit(function() check.fired(timer, 1) end)
    end
end)
