-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.set keeps a level-triggered input raised until fi.irq.clear: the interrupt comes again and again. The guest
-- counts three of them before it is lowered.
--! guest: interrupts
--! machine: virt,gic-version=3
--! requires: irq
--! stdout: gic v3 cores 1
--! stdout: core 0: 27x1 33x1 41x3
--! stdout: handled 5 of 5
--! journal: {"kind":"fault","action":"irq","target":"spi 41","info":{"op":"set"}}
--! journal: {"kind":"fault","action":"irq","target":"spi 41","info":{"op":"clear"}}
--! journal-count: {"action":"irq"} 2

local SPI = 41

on_pc("before_configure", {limit = 1}, function()
    mem.u32.level_intid = SPI
end)

on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = 5
    fi.irq.set{spi = SPI}
end)

local seen = 0
on_pc("interrupt_handled", function()
    if cpu.w1 == SPI then
        seen = seen + 1
        if seen == 3 then
            fi.irq.clear{spi = SPI}
        end
    end
end)
