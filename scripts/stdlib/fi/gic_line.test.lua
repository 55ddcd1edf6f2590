-- SPDX-License-Identifier: MIT
-- fi.gic_line by itself: with a GICv3 and two cores, interrupts that go to core 1 are lost and come late; core 0's pass.
-- The line 65 is routed to core 1 by the guest. Without the delay its last interrupt would come while the guest counts.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 2
--! requires: irq discontinuity timers
--! stdout: gic v3 cores 2
--! stdout-re: ^core 0: 27x1 33x1 40x5( spurious x1)?$
--! stdout-re: ^core 1: 27x1 65x3( spurious x[1-4])$
--! stdout-any
--! checks: 4

local check = require "fi.check"
local irq_lost = require "fi.scenarios.irq_lost"
local slow_device = require "fi.scenarios.slow_device"

local lost = irq_lost.arm{line = {spi = 65}, after = 1, count = 1}
local slow = slow_device.arm{line = {spi = 65}, irq_ns = 50000000, after = 2, times = 1}
local never = slow_device.arm{line = {spi = 40}, irq_ns = 60000000000, after = 5, name = "never"}

local sent = 0
local function send()
    if sent < 5 then
        sent = sent + 1
        fi.irq.pulse{spi = 40}
        if sent ~= 4 then
            fi.irq.pulse{spi = 65}
        end
        after_ns(80000000, send)
    end
end
on_pc("before_wait", function()
    mem.u32.expected = 1000
    after_ns(20000000, send)
end)

check.at_exit(function()
    check.eq(sent, 5, "sent")
    check.eq(lost:report(), "irq_lost: 1 fault: interrupt 2 was lost", "report of the lost one")
    check.eq(slow:report(), "slow_device: 1 fault: interrupt 3 came 50000000 ns late", "report of the late one")
    check.eq(never.injected, 0, "there are no more")
end)
