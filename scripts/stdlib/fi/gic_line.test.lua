-- SPDX-License-Identifier: MIT
-- fi.gic_line by itself: with a GICv3 and two cores, interrupts that go to core 1 are lost and come late; core 0's pass.
-- The guest routes the line 65 to core 1. Its last interrupt is so late that the guest has ended.
-- Each scenario counts what it has lost itself, and what the guest has acknowledged.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 2
--! requires: irq discontinuity timers
--! stdout: gic v3 cores 2
--! stdout-re: ^core 0: 27x1 33x1 40x5( spurious x1)?$
--! stdout-re: ^core 1: 27x1 65x3( spurious x[1-4])?$
--! stdout-any
--! checks: 6

local check = require "fi.check"
local irq_lost = require "fi.scenarios.irq_lost"
local slow_device = require "fi.scenarios.slow_device"

local lost = irq_lost.arm{line = {spi = 65}, after = 1, count = 1}
local slow = slow_device.arm{line = {spi = 65}, irq_ns = 50000000, after = 2, times = 1}
local last = slow_device.arm{line = {spi = 65}, irq_ns = 60000000000, after = 3, name = "last"}
local never = slow_device.arm{line = {spi = 40}, irq_ns = 60000000000, after = 5, name = "never"}

-- The next ones are sent when the guest has those before, or they are lost, so that no two are one on a busy host
local sent, came = {}, {[40] = {}, [65] = {}}
on_pc("interrupt_handled", function()
    local list = came[cpu.w1]
    if list then
        list[#list + 1] = fi.now_ns()
    end
end)
on_pc("before_wait", function()
    mem.u32.expected = 1000
    every_ns(2000000, function()
        if #sent < 5 and #came[40] == #sent and #came[65] + lost.injected == #sent then
            sent[#sent + 1] = fi.now_ns()
            fi.irq.pulse{spi = 40}
            fi.irq.pulse{spi = 65}
        end
    end)
end)

check.at_exit(function()
    check.eq(#sent, 5, "sent")
    check.eq(lost:report(), "irq_lost: 1 fault: interrupt 2 was lost", "report of the lost one")
    check.eq(slow:report(), "slow_device: 1 fault: interrupt 3 came 50000000 ns late", "report of the late one")
    -- The third one to come was the fourth
    check.ok(came[65][3] - sent[4] >= 50000000, "it came late")
    check.eq(last:report(), "last: 1 fault: interrupt 4 came 60000000000 ns late", "report of the last one")
    check.eq(never.injected, 0, "there are no more")
end)
