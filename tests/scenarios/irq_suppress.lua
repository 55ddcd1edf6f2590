-- SPDX-License-Identifier: GPL-2.0-or-later
-- An interrupt that should come and does not: the UART's. Without the patches it is disabled in the distributor, which
-- has the same effect on this guest.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 2
--! stdout: gic v3 cores 2
--! stdout: core 0: 27x1
--! stdout: core 1: 27x1
--! stdout: handled 2 of 3
--! journal: {"kind":"fault","action":"irq","target":"spi 33","info":{"op":"suppress"}}

on_pc("before_wait", {limit = 1}, function()
    fi.irq.suppress{spi = 33}
end)
