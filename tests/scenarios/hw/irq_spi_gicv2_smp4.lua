-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.pulse of SPIs, on the cores that they are routed to: 40 to core 0, 70 to core 2 of 4.
--! guest: interrupts
--! machine: virt,gic-version=2
--! smp: 4
--! tiers: patched
--! requires: irq
--! stdout: gic v2 cores 4
--! stdout: core 0: 27x1 33x1 40x1
--! stdout: core 1: 27x1
--! stdout: core 2: 27x1 70x2
--! stdout: core 3: 27x1
--! stdout: handled 8 of 8
--! journal: {"kind":"fault","action":"irq","info":{"op":"pulse"}}
--! journal-count: {"kind":"fault","action":"irq"} 3

on_pc("before_wait", function()
    mem.u32.expected = mem.u32.expected + 3
    fi.irq.pulse{spi = 40}
    fi.irq.pulse{spi = 70}
end)
-- A second pulse of the same interrupt while the first is being handled: before, the two would be one.
local again = true
on_pc("interrupt_handled", function()
    if cpu.w1 == 70 and again then
        again = false
        fi.irq.pulse{spi = 70}
    end
end)
