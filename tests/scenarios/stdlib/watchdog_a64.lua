-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite on AArch64: one core hangs with its interrupts masked and counts no tick any more; the other
-- hangs as well when it gets to the same code, but handles its ticks. Neither does its work, and no watchdog bites.
--! guest: busy
--! smp: 2
--! requires: mmio timers set_pc
--! stdout-empty
--! checks: 4

local check = require "fi.check"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

local fault = watchdog_bite.arm{how = "hang", code = "read_device", calls = 20, within_ns = 400000000}

local function counted()
    local rounds, ticks = fi.symbol("rounds"), fi.symbol("ticks")
    return {rounds = {mem.u64[rounds], mem.u64[rounds + 8]}, ticks = {mem.u32[ticks], mem.u32[ticks + 4]}}
end

-- When the other core is there, too, it is waited for as many of its ticks as show that the masked one has none
local TICKS <const> = 20
local hung, reached, before, compared
every_ns(10000000, function()
    local now = counted()
    if not hung and fault.began then
        hung = tonumber(fault.last:match("^vCPU (%d) hangs"))
        reached = on_pc("read_device", {vcpu = 1 - hung, limit = 1}, function() end)
    elseif hung and not before and reached.fired == 1 then
        before = now
    elseif before and not compared and now.ticks[2 - hung] >= before.ticks[2 - hung] + TICKS then
        check.eq(now.ticks[hung + 1], before.ticks[hung + 1], "ticks of the core that is masked")
        check.eq(now.rounds[1], before.rounds[1], "rounds of core 0")
        check.eq(now.rounds[2], before.rounds[2], "rounds of core 1")
        compared = true
    elseif compared and fault.outcome then
        check.eq(fault.outcome, "hang", "outcome")
        check.done()
    end
end)
