-- SPDX-License-Identifier: MIT
-- fi.scenarios.irq_storm by itself: what wrong parameters are told, and a storm that the guest counts.
--! guest: interrupts
--! requires: irq timers
--! stdout: gic v2 cores 1
--! stdout-re: ^core 0: 27x1 33x1 41x([1-9]|[1-4][0-9]|50)$
--! stdout-any
--! journal-count: {"kind":"fault","action":"irq","target":"spi 41","info":{"op":"pulse"}} 50
--! checks: 7

local check = require "fi.check"
local irq_storm = require "fi.scenarios.irq_storm"

local function rejected(wanted, opts)
    local ok, message = pcall(function() irq_storm.arm(opts) end)
    check.ok(not ok and message:find("irq_storm.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("line must be given: the interrupt", {rate = 1000})
rejected("rate must be given", {line = {spi = 41}})
rejected("rate must be a number from 1 to 1000000000, not 0", {line = {spi = 41}, rate = 0})
rejected("spi = 9", {line = {spi = 9}, rate = 1000})
rejected("calls goes with code", {line = {spi = 41}, rate = 1000, calls = 2})

-- The guest waits for its half second
on_pc("before_wait", function() mem.u32.expected = 1000 end)
local fault = irq_storm.arm{line = {spi = 41}, rate = 1000, count = 50, code = "before_wait"}

check.at_exit(function()
    check.eq(fault.injected, 50, "injected")
    check.eq(fault:report(), "irq_storm: 50 faults, the last: an interrupt that no device sent", "report")
end)
