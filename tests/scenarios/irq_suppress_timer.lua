-- SPDX-License-Identifier: GPL-2.0-or-later
-- A PPI is suppressed on one vCPU only. Under icount the clock jumps when the guest has powered off, as the timer stays
-- armed: the journal ends with the power-off all the same.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 2
--! stdout: gic v3 cores 2
--! stdout: core 0: 33x1
--! stdout: core 1: 27x1
--! stdout: handled 2 of 3
--! journal: {"kind":"fault","action":"irq","target":"ppi 27 vcpu 0","info":{"op":"suppress"}}

on_pc("before_wait", {limit = 1}, function()
    fi.irq.suppress{ppi = 27}
end)
