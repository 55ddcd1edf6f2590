-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.pulse of a PPI and of an SGI: they reach the vCPU that was named, no other.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 1
--! tiers: patched
--! requires: irq
--! stdout: gic v3 cores 1
--! stdout: core 0: 5x1 20x1 27x1 33x1
--! stdout: handled 4 of 4
--! journal-count: {"kind":"fault","action":"irq"} 2

on_pc("before_wait", function()
    mem.u32.expected = mem.u32.expected + 2
    fi.irq.pulse{ppi = 20, vcpu = 0}
    fi.irq.pulse{sgi = 5, vcpu = 0}
end)
