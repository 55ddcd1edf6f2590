-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite on AArch64: one core hangs with its interrupts masked and counts no tick any more; the other
-- hangs as well when it gets to the same code, but handles its ticks. Neither does its work, and no watchdog bites.
--! guest: busy
--! smp: 2
--! requires: mmio timers set_pc
--! stdout-empty
--! checks: 5

local check = require "fi.check"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

local fault = watchdog_bite.arm{how = "hang", code = "read_device", calls = 20, within_ns = 400000000}

local function counted()
    local rounds, ticks = fi.symbol("rounds"), fi.symbol("ticks")
    return {rounds = {mem.u64[rounds], mem.u64[rounds + 8]}, ticks = {mem.u32[ticks], mem.u32[ticks + 4]}}
end

local compared = false
local function compare(hung)
    local before = counted()
    after_ns(100000000, function()
        local now = counted()
        check.eq(now.ticks[hung + 1], before.ticks[hung + 1], "ticks of the core that is masked")
        check.ok(now.ticks[2 - hung] > before.ticks[2 - hung], "ticks of the other one")
        check.eq(now.rounds[1], before.rounds[1], "rounds of core 0")
        check.eq(now.rounds[2], before.rounds[2], "rounds of core 1")
        compared = true
    end)
end

local hung
every_ns(10000000, function()
    if fault.began and not hung then
        hung = tonumber(fault.last:match("^vCPU (%d) hangs"))
        after_ns(200000000, function() compare(hung) end)
    elseif fault.outcome and compared then
        check.eq(fault.outcome, "hang", "outcome")
        check.done()
    end
end)
