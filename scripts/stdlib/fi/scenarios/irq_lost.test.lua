-- SPDX-License-Identifier: MIT
-- fi.scenarios.irq_lost by itself: what wrong parameters are told; the UART's line, which is cut, the timer's, whose only
-- interrupt is lost, and one of which the second and the fourth are. Where one was lost the guest finds none (spurious),
-- unless a tick has come with it.
--! guest: interrupts
--! requires: irq discontinuity
--! stdout: gic v2 cores 1
--! stdout-re: ^core 0: 42x3( spurious x[1-3])?$
--! stdout-any
--! journal: {"kind":"fault","action":"irq","target":"spi 33","info":{"op":"suppress"}}
--! checks: 9

local check = require "fi.check"
local irq_lost = require "fi.scenarios.irq_lost"

local function rejected(wanted, opts)
    local ok, message = pcall(function() irq_lost.arm(opts) end)
    check.ok(not ok and message:find("irq_lost.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("line must be given: the interrupt:", {})
rejected("line must be an interrupt as fi.irq has it", {line = 33})
rejected("every must be a whole number from 1 on, not 0", {line = {spi = 40}, every = 0})
rejected("only interrupts of an SPI or a PPI can be told apart", {line = {sgi = 1}, count = 1})

local all = irq_lost.arm{line = {spi = 33}}
local timer = irq_lost.arm{line = {ppi = 27}, count = 1, name = "timer"}
local some = irq_lost.arm{line = {spi = 42}, after = 1, every = 2, count = 2, name = "some"}

-- The next one is sent when the guest has the one before, or it is lost, so that no two are one
local sent, came = 0, 0
on_pc("interrupt_handled", function()
    came = cpu.w1 == 42 and came + 1 or came
end)
on_pc("before_wait", function()
    mem.u32.expected = 1000
    every_ns(2000000, function()
        if sent < 5 and came + some.injected == sent then
            sent = sent + 1
            fi.irq.pulse{spi = 42}
        end
    end)
end)

check.at_exit(function()
    check.eq(sent, 5, "sent")
    check.eq(all:report(), "irq_lost: 1 fault: the line was cut", "report of all")
    check.eq(timer:report(), "timer: 1 fault: interrupt 1 was lost", "report of the first")
    check.eq(some.injected, 2, "two of them")
    check.eq(some:report(), "some: 2 faults, the last: interrupt 4 was lost", "report of some")
end)
