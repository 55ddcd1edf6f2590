-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.suppress: the UART's interrupt (SPI 33) and the virtual timer of one core (PPI 27) should come, and do not.
--! guest: interrupts
--! machine: virt,gic-version=2
--! smp: 4
--! tiers: patched
--! requires: irq
--! stdout: gic v2 cores 4
--! stdout: core 0: 27x1
--! stdout: core 1: 27x1
--! stdout: core 2:
--! stdout: core 3: 27x1
--! stdout: handled 3 of 5
--! journal: {"kind":"fault","action":"irq","info":{"op":"suppress"}}
--! journal-count: {"kind":"fault","action":"irq"} 2

on_pc("before_wait", function()
    fi.irq.suppress{spi = 33}
    fi.irq.suppress{ppi = 27, vcpu = 2}
end)
