-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.suppress: the UART's interrupt (SPI 33) and the virtual timer of one core (PPI 27) should come, and do not.
--! guest: interrupts
--! machine: virt,gic-version=2
--! smp: 1
--! tiers: patched
--! requires: irq
--! stdout: gic v2 cores 1
--! stdout: core 0:
--! stdout: handled 0 of 2
--! journal: {"kind":"fault","action":"irq","info":{"op":"suppress"}}
--! journal-count: {"kind":"fault","action":"irq"} 2

on_pc("before_wait", function()
    fi.irq.suppress{spi = 33}
    fi.irq.suppress{ppi = 27, vcpu = 0}
end)
