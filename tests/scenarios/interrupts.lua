-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_interrupt. The fault: when the second interrupt is taken, the guest's count is made 3; counting it makes 4, so
-- that the third interrupt is the last.
--! guest: irq
--! requires: discontinuity
--! stdout: irq 5
--! journal: {"kind":"fault","action":"write_memory","old":"0x1","new":"0x3"}
--! journal-count: fault 1
--! checks: 7

local check = require "fi.check"

local irqs = on_interrupt(function(ev)
    check.ok(ev.name == "irq" and ev.kind == "interrupt" and ev.el == 1
             and ev.to_pc == fi.symbol("vector_irq") and ev.esr == nil, "the event")
end)
local by_name = on_interrupt("irq", function() end)
local fiqs = on_interrupt("fiq", function() end)
local vectors = on_pc("vector_irq", function() end)

on_interrupt("irq", {after = 1, limit = 1}, function() mem.u32.irq_count = 3 end)

check.at_exit(function()
    check.fired(irqs, 3)
    check.fired(by_name, 3)
    check.fired(fiqs, 0)
    check.fired(vectors, 3)
end)
