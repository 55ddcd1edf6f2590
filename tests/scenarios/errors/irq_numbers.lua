-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq with wrong arguments: each message names what is wrong, and says what to do.
--! guest: interrupts
--! stdout: gic v2 cores 1
--! stdout: core 0: 27x1 33x1
--! stdout: handled 2 of 2
--! journal-count: fault 0
--! checks: 23

local check = require "fi.check"

local function rejected(want, fn, t)
    local ok, message = pcall(fn, t)
    check.ok(not ok and tostring(message):find(want, 1, true), ("%s: %s"):format(want, message))
end

-- At load there is no machine; the sums of numbers are checked all the same.
rejected("use it in on_machine_ready(fn)", fi.irq.pulse, {spi = 33})
rejected("spi = 1: an SPI's INTID is 32 to 1019", fi.irq.suppress, {spi = 1})

on_pc("before_wait", {limit = 1}, function()
    local pulse = fi.irq.pulse
    rejected("device trees count SPIs from 0, the INTID is that number + 32", pulse, {spi = 1})
    rejected("device trees count PPIs from 0, the INTID is that number + 16", pulse, {ppi = 11})
    rejected("sgi = 16: an SGI's INTID is 0 to 15", pulse, {sgi = 16})
    rejected("spi = 1020: an SPI's INTID is 32 to 1019", pulse, {spi = 1020})
    rejected("spi = 288: this machine's interrupt controller has 32 to 287", pulse, {spi = 288})
    rejected("exactly one of spi, ppi, sgi", pulse, {spi = 33, ppi = 20})
    rejected("exactly one of spi, ppi, sgi", pulse, {})
    rejected("takes a table, e.g. {spi = 33}, not number", pulse, 33)
    rejected("'vcpu' does not go with 'spi'", pulse, {spi = 33, vcpu = 0})
    rejected("'line' does not go with 'ppi' (known: ppi, vcpu)", pulse, {ppi = 20, line = 1})
    rejected("'spi' is a whole number, not 33.5", pulse, {spi = 33.5})
    rejected("'spi' is a whole number, not string", pulse, {spi = "33"})
    rejected("vcpu = 4: the vCPUs are 0 to 0", pulse, {ppi = 20, vcpu = 4})
    rejected("line = -1: inputs are numbered from 0", pulse, {device = "arm_gic", line = -1})
    rejected("'device' is a string, not number", pulse, {device = 5})
    rejected("irq = 496: an NVIC's external interrupt is 0 to 495", pulse, {irq = 496})
    rejected("an SGI has no input that could be cut", fi.irq.suppress, {sgi = 1})
    rejected("'count' goes with 'rate'", pulse, {spi = 33, count = 3})
    rejected("'rate' is a number of pulses per second from 1 to 1e9, not 0", pulse, {spi = 33, rate = 0})
    rejected("'count' is a whole number from 1 on, not 0", pulse, {spi = 33, rate = 10, count = 0})
    rejected("unknown key 'base' (known: dist, redist)", fi.irq.gic, {base = 0})
end)
