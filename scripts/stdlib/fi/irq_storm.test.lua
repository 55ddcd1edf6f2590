-- SPDX-License-Identifier: MIT
-- fi.irq_storm by itself: wrong options are found when the storm is started, and blamed on this file; and a storm of two
-- interrupts in turn, 4 pulses. Both are edge-triggered: pulses that the guest has not yet taken are one.
--! guest: interrupts
--! requires: irq timers
--! stdout: gic v2 cores 1
--! stdout-re: ^core 0: 27x1 33x1 40x[12] 41x[12]$
--! stdout-any
--! journal: {"kind":"fault","trigger":"flood","action":"irq","target":"spi 40"}
--! journal: {"kind":"fault","trigger":"flood","action":"irq","target":"spi 41"}
--! journal-count: {"action":"irq"} 4
--! checks: 19

local check = require "fi.check"
local irq_storm = require "fi.irq_storm"

local function rejected(want, opts)
    local ok, message = pcall(function()
        irq_storm.start(opts)
    end)
    check.ok(not ok and message:find("irq_storm.test.lua:", 1, true) and message:find(want, 1, true),
             ("%s: %s"):format(want, message))
end

rejected("the options are a table, not a number", 5)
rejected("unknown option 'speed'", {spi = 40, rate = 1, speed = 1})
rejected("rate is a number from 1 to 1000000000, not nil", {spi = 40})
rejected("rate is a number from 1 to 1000000000, not 0", {spi = 40, rate = 0})
rejected("jitter is a number from 0 to 1, not 2", {spi = 40, rate = 1, jitter = 2})
rejected("count is a whole number from 1 on, not 0", {spi = 40, rate = 1, count = 0})
rejected("duration_ns is a whole number from 1 on, not 0.5", {spi = 40, rate = 1, duration_ns = 0.5})
rejected("duration_ns = 10 is shorter than the 1000 ns", {spi = 40, rate = 1000000, duration_ns = 10})
rejected("order is \"turn\" or \"random\", not 1", {spi = 40, rate = 1, order = 1})
rejected("exactly one target", {rate = 1})
rejected("exactly one target", {rate = 1, spi = 40, targets = {{spi = 41}}})
rejected("a list of at least one target", {rate = 1, targets = {}})
rejected("device trees count SPIs from 0", {rate = 1, spi = 1})
rejected("exactly one of spi, ppi, sgi", {rate = 1, targets = {{spi = 40}, {spi = 41, ppi = 20}}})

local flood, stopped
on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = 1000 -- the guest waits for its half second
    flood = irq_storm.start{targets = {{spi = 40}, {spi = 41}}, rate = 1000, count = 4, jitter = 0.25, name = "flood"}
    stopped = irq_storm.start{spi = 42, rate = 1, name = "stopped"}
    stopped:stop()
end)

check.at_exit(function()
    check.eq(flood.sent, 4)
    check.eq(flood.active, false)
    check.eq(stopped.sent, 0)
    check.eq(stopped.active, false)
    check.eq(tostring(flood), "interrupt storm 'flood': 4 sent, over")
end)
