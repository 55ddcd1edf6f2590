-- SPDX-License-Identifier: MIT
-- fi.scenarios.irq_spurious by itself: what wrong parameters are told; an interrupt at a place, three at times that the
-- seed chooses, and a level that is held until the guest switches it off.
--! guest: interrupts
--! requires: irq timers
--! stdout: gic v2 cores 1
--! stdout-re: ^core 0: 27x1 33x1 40x1 41x[1-3] 42x8$
--! stdout-any
--! journal-count: {"kind":"fault","action":"irq","target":"spi 40","info":{"op":"pulse"}} 1
--! journal-count: {"kind":"fault","action":"irq","target":"spi 41","info":{"op":"pulse"}} 3
--! journal-count: {"kind":"fault","action":"irq","target":"spi 42"} 2
--! checks: 8

local check = require "fi.check"
local irq_spurious = require "fi.scenarios.irq_spurious"

local function rejected(wanted, opts)
    local ok, message = pcall(function() irq_spurious.arm(opts) end)
    check.ok(not ok and message:find("irq_spurious.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("line must be given: the interrupt", {})
rejected("times must be a whole number from 1 on, not 0", {line = {spi = 40}, times = 0})
rejected("times = 2 needs within_ns", {line = {spi = 40}, times = 2, code = "main"})
rejected("unknown option 'count'", {line = {spi = 40}, count = 3})

-- The guest waits for its half second
on_pc("before_wait", function() mem.u32.expected = 1000 end)
on_pc("before_configure", function() mem.u32.level_intid = 42 end)
local one = irq_spurious.arm{line = {spi = 40}, code = "before_wait"}
local three = irq_spurious.arm{line = {spi = 41}, times = 3, within_ns = 100000000, code = "before_wait"}
local level = irq_spurious.arm{line = {spi = 42}, hold_ns = 200000000, code = "before_wait"}

check.at_exit(function()
    check.eq(one.injected, 1, "one")
    check.eq(three.injected, 3, "three")
    check.eq(level.injected, 1, "level")
    check.eq(one:report(), "irq_spurious: 1 fault: an interrupt that no device sent", "report")
end)
