-- SPDX-License-Identifier: GPL-2.0-or-later
-- A storm: pulses at a rate of virtual time, count of them. Each interrupts, unless the core is late and two are one.
--! guest: interrupts
--! machine: virt,gic-version=2
--! tiers: patched
--! requires: irq timers
--! modes: icount
--! stdout: gic v2 cores 1
--! stdout: core 0: 27x1 33x1 41x200
--! stdout: handled 202 of 202

on_pc("before_wait", function()
    mem.u32.expected = mem.u32.expected + 200
    fi.irq.pulse{spi = 41, rate = 10000, count = 200}
end)
