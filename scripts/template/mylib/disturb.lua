-- SPDX-License-Identifier: MIT
--
-- mylib.disturb: memory whose loads disturb a neighbour. A template for a scenario of one's own; docs/stdlib.md says how it
-- is found.
--
--     local disturb = require "mylib.disturb"
--     local fault = disturb.arm{aggressor = "buffer", victim = "other", loads = 1000}

local faults = require "fi.faults"
local scenario = require "fi.scenario"

return scenario.define{
    name = "disturb",
    purpose = "Loads from one place flip a bit of another, as in DRAM rows that are opened too often.",
    healthy = "It notices that the victim is wrong before it uses it, or corrects it (ECC).",
    parameters = {
        {name = "aggressor", type = "place", text = "what is loaded from"},
        {name = "victim", type = "place", text = "what flips then: an address, or a symbol with or without an offset"},
        {name = "size", type = "integer", optional = true, least = 1,
         text = "bytes of the victim; default: the object's size, otherwise 4"},
        {name = "bit", type = "integer", optional = true, least = 0,
         text = "which of its bits; default: one by the seed"},
        {name = "loads", type = "integer", default = 64, least = 1, text = "loads until then"},
        {name = "times", type = "integer", default = 1, least = 1, text = "how often at most"},
    },
    -- p: the parameters, checked and with their defaults. fault: what arm{} returns
    arm = function(p, fault)
        local target = {mem = p.victim, size = p.size, bit = p.bit, nbits = p.bit == nil and 1 or nil}
        local counting = {after = p.loads - 1, every = p.loads, limit = p.times, name = p.name}
        -- owns: fault:remove() ends this trigger, too; guard: errors name the line that armed the scenario
        fault:owns(fi.on_read(p.aggressor, counting, fault:guard(function(ev)
            local bits = faults.flip(target)
            -- hit: counts it, for fault:report()
            fault:hit("bit %d flipped at the %dth load", bits[1], ev.hits)
        end)))
    end,
}
