-- SPDX-License-Identifier: GPL-2.0-or-later
-- Four vCPUs use the same GIC: each access says whose it is, and one vCPU alone is cut off. On core 2 all
-- writes to its GICR_ISENABLER0 are dropped: no interrupt of its own comes, its tick neither.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 4
--! tiers: patched
--! requires: mmio
--! stdout: gic v3 cores 4
--! stdout: core 0: 27x1 33x1
--! stdout: core 1: 27x1
--! stdout: core 2:
--! stdout: core 3: 27x1
--! stdout: handled 4 of 5
--! journal-count: {"kind":"fault","vcpu":2} 32
--! journal-count: fault 32
--! checks: 4

local check = require "fi.check"

local GICR, GICR_SIZE, ISENABLER0 = 0x080a0000, 0x20000, 0x10100
local seen = {}

for core = 0, 3 do
    on_mmio_write(GICR + GICR_SIZE * core + ISENABLER0, function(ev)
        assert(ev.vcpu == core, "a core writes to its own redistributor")
        seen[core] = true
        return core == 2 and fi.DROP or nil
    end)
end

check.at_exit(function()
    for core = 0, 3 do
        check.ok(seen[core], "core " .. core)
    end
end)
