-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.pulse of SPIs: each is handled as often as it was pulsed.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 1
--! tiers: patched
--! requires: irq
--! stdout: gic v3 cores 1
--! stdout: core 0: 27x1 33x1 40x1 70x2
--! stdout: handled 5 of 5
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
