-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.set of a level-triggered interrupt: it comes again and again until fi.irq.clear, here when it was handled thrice.
--! guest: interrupts
--! machine: virt,gic-version=2
--! smp: 4
--! tiers: patched
--! requires: irq
--! stdout: gic v2 cores 4
--! stdout: core 0: 27x1 33x1 50x3
--! stdout: core 1: 27x1
--! stdout: core 2: 27x1
--! stdout: core 3: 27x1
--! stdout: handled 8 of 8
--! journal-count: {"kind":"fault","action":"irq"} 2

on_pc("before_configure", function() mem.u32.level_intid = 50 end)
on_pc("before_wait", function()
    mem.u32.expected = mem.u32.expected + 3
    fi.irq.set{spi = 50}
end)
local count = 0
on_pc("interrupt_handled", function()
    if cpu.w1 == 50 then
        count = count + 1
        if count == 3 then
            fi.irq.clear{spi = 50}
        end
    end
end)
