-- SPDX-License-Identifier: MIT
-- fi.scenarios.irq_storm: an interrupt that comes far too often. Described in docs/scenarios.md.

local scenario = require "fi.scenario"
local storm = require "fi.irq_storm"

---@type fi.scenarios.irq_storm
local irq_storm = scenario.define{
    name = "irq_storm",
    purpose = "An interrupt comes again and again, without anything to do for its handler: a device that chatters, or "
        .. "a peer that floods the network.",
    healthy = "The guest slows down and comes through: its other work goes on, and nothing is lost once the storm is "
        .. "over. Linux switches a line off after 100,000 interrupts that nobody cared for.",
    needs = {"timers"},
    parameters = {
        {name = "line", type = "line", text = "the interrupt"},
        {name = "rate", type = "number", least = 1, most = 1000000000,
         text = "how often it comes, in pulses per second of virtual time"},
        {name = "count", type = "integer", optional = true, least = 1, text = "pulses in all; default: no end"},
        {name = "duration_ns", type = "integer", optional = true, least = 1,
         text = "the storm ends after so much virtual time, in ns; default: no end"},
        {name = "jitter", type = "number", default = 0, least = 0, most = 1,
         text = "each pulse is late by a random part of the period, up to this fraction of it"},
        scenario.beginning(),
    },
    arm = function(p, fault)
        -- Now, so that a mistake is found before the moment comes
        fi.irq._check(p.line)
        fault:begin(p, function()
            fault:counts(storm.start{targets = {p.line}, rate = p.rate, count = p.count, duration_ns = p.duration_ns,
                                     jitter = p.jitter, name = p.name}, "an interrupt that no device sent")
        end)
    end,
}

return irq_storm
