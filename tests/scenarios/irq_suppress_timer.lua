-- SPDX-License-Identifier: GPL-2.0-or-later
-- A PPI is suppressed on one vCPU only. Not under icount: the timer stays armed, its next deadline is the end of time,
-- and with sleep=off QEMU goes there when the guest has powered off.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 2
--! stdout: gic v3 cores 2
--! modes: mttcg single
--! stdout: core 0: 33x1
--! stdout: core 1: 27x1
--! stdout: handled 2 of 3
--! journal: {"kind":"fault","action":"irq","target":"ppi 27 vcpu 0","info":{"op":"suppress"}}

on_pc("before_wait", {limit = 1}, function()
    fi.irq.suppress{ppi = 27}
end)
