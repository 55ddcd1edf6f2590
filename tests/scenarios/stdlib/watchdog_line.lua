-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite: the watchdog's interrupt is one of the GIC's. Here the scenario sends it itself, in the place
-- of a watchdog, and other interrupts are none.
--! guest: interrupts
--! machine: virt,gic-version=3
--! requires: irq timers mmio discontinuity
--! stdout: gic v3 cores 1
--! stdout: core 0: 27x1 40x1
--! stdout-any
--! checks: 2

local check = require "fi.check"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

-- What feeds it is the write that lets the UART send interrupts
local fault = watchdog_bite.arm{kick = 0x09000038, bite = "interrupt", line = {spi = 40}}
on_pc("before_wait", function()
    mem.u32.expected = 1000
    after_ns(50000000, function()
        check.eq(fault.outcome, nil, "nothing has bitten yet")
        fi.irq.pulse{spi = 40}
    end)
end)
check.at_exit(function()
    check.eq(fault:report(), "watchdog_bite: 1 fault: kicks are lost: the watchdog has bitten: its interrupt", "report")
end)
