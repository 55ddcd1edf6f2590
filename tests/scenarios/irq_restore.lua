-- SPDX-License-Identifier: GPL-2.0-or-later
-- A suppressed interrupt comes when its input is restored: the UART asserts it all the time.
--! guest: interrupts
--! machine: virt,gic-version=2
--! stdout: gic v2 cores 1
--! stdout: core 0: 27x1 33x1
--! stdout: handled 2 of 2
--! journal: {"kind":"fault","action":"irq","target":"spi 33","info":{"op":"suppress"}}
--! journal: {"kind":"fault","trigger":"the timer's","action":"irq","target":"spi 33","info":{"op":"restore"}}
--! checks: 1

local check = require "fi.check"

on_pc("before_wait", {limit = 1}, function()
    fi.irq.suppress{spi = 33}
end)

on_pc("interrupt_handled", {name = "the timer's", limit = 1}, function()
    check.eq(cpu.w1, 27, "the UART's interrupt has not come")
    fi.irq.restore{spi = 33}
end)
