-- SPDX-License-Identifier: GPL-2.0-or-later
-- Four vCPUs use the same GIC: each access says whose it is, and one vCPU alone is cut off. On core 2 all
-- reads of GICC_IAR say that there is no interrupt, three times.
--! guest: interrupts
--! machine: virt,gic-version=2
--! smp: 4
--! tiers: patched
--! requires: mmio
--! stdout: gic v2 cores 4
--! stdout: core 0: 27x1 33x1
--! stdout: core 1: 27x1
--! stdout: core 2: 27x1 spurious x3
--! stdout: core 3: 27x1
--! stdout: handled 5 of 5
--! journal-count: {"kind":"fault","vcpu":2} 3
--! journal-count: fault 3
--! checks: 4

local check = require "fi.check"

local seen = {}

on_mmio_read(0x0801000c, function(ev) seen[ev.vcpu] = true end)
on_mmio_read(0x0801000c, {vcpu = 2, limit = 3}, function() return 1023 end)

check.at_exit(function()
    for core = 0, 3 do
        check.ok(seen[core], "core " .. core)
    end
end)
