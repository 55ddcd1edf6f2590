-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the registers of a GICv2 cannot do for another vCPU, and an address where there is no GIC.
--! guest: interrupts
--! smp: 2
--! tiers: stock
--! stdout: gic v2 cores 2
--! stdout: core 0: 27x1 33x1
--! stdout: core 1: 27x1
--! stdout: handled 3 of 3
--! journal-count: fault 0
--! checks: 6

local check = require "fi.check"
local UART = 0x09000000

local function rejected(want, fn, t)
    local ok, message = pcall(fn, t)
    check.ok(not ok and message:find(want, 1, true), ("%s: %s"):format(want, message))
end

rejected("while the scenario loads needs an input of the interrupt controller", fi.irq.suppress, {spi = 33})

on_pc("before_wait", {limit = 1}, function()
    rejected("use fi.defer(1, function()", fi.irq.pulse, {ppi = 20, vcpu = 1})
    rejected("use fi.defer(1, function()", fi.irq.clear, {sgi = 3, vcpu = 1})
    rejected("fi.irq.list needs the capability 'irq'", fi.irq.list)
    fi.irq.gic{dist = UART}
    rejected("no GIC's distributor at 0x9000000", fi.irq.pulse, {spi = 33})
    check.eq(fi.caps().irq.exact, false)
end)
