-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.irq_lost for 50 ms: the level that the UART holds comes through when the line is connected again. The other
-- way round, a fault that is removed by hand loses no more.
--! guest: interrupts
--! machine: virt,gic-version=3
--! requires: irq discontinuity timers
--! stdout: gic v3 cores 1
--! stdout: core 0: 27x1 33x1 40x1
--! stdout-any
--! journal: {"kind":"fault","action":"irq","target":"spi 33","info":{"op":"suppress"}}
--! journal: {"kind":"fault","action":"irq","target":"spi 33","info":{"op":"restore"}}
--! checks: 3

local check = require "fi.check"
local irq_lost = require "fi.scenarios.irq_lost"

local began, came
local removed = irq_lost.arm{line = {spi = 40}, after = 0, every = 2, name = "removed"}

on_pc("before_wait", function()
    mem.u32.expected = 1000
    began = fi.now_ns()
    irq_lost.arm{line = {spi = 33}, duration = {ns = 50000000}}
    removed:remove()
    fi.irq.pulse{spi = 40}
end)
on_pc("interrupt_handled", function()
    if cpu.w1 == 33 then
        came = fi.now_ns()
    end
end)

check.at_exit(function()
    check.ok(came - began >= 49000000, "it came when the line was connected again")
    check.eq(removed.injected, 0, "removed before")
    check.eq(removed:report(), "removed: no fault was injected", "report")
end)
