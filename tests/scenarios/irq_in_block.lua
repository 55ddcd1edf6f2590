-- SPDX-License-Identifier: GPL-2.0-or-later
-- Interrupts by register from the middle of a block and from a store's handler: under -icount QEMU aborts if they are
-- raised there, so they wait for the next block, and that begins at the very instruction.
--! guest: interrupts
--! machine: virt,gic-version=3
--! stdout: gic v3 cores 1
--! stdout: core 0: 5x1 6x1 27x1 33x1
--! stdout: handled 4 of 4
--! journal-count: {"action":"irq"} 2
--! checks: 2

local check = require "fi.check"
local runs = 0

on_pc("before_wait", {limit = 1}, function() mem.u32.expected = 4 end)
on_pc("handle_irq+4", {limit = 1}, function()
    fi.irq.pulse{sgi = 5}
end)
on_write("handled_total", {limit = 1}, function() fi.irq.pulse{sgi = 6} end)
local entries = on_pc("handle_irq+4", function() runs = runs + 1 end)

check.at_exit(function()
    check.eq(runs, entries.hits, "no execution is counted twice")
    check.ok(runs >= 4, "each interrupt was handled")
end)
