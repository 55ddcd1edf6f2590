-- SPDX-License-Identifier: MIT
-- fi.scenarios.irq_spurious: an interrupt that nobody asked for. Described in docs/scenarios.md.

local scenario = require "fi.scenario"

local function random_times(n, within_ns)
    local times = {}
    for i = 1, n do
        times[i] = fi.rng(within_ns)
    end
    table.sort(times)
    return times
end

---@type fi.scenarios.irq_spurious
local irq_spurious = scenario.define{
    name = "irq_spurious",
    purpose = "An interrupt comes that no device has sent: crosstalk on a line, or a glitch of the interrupt "
        .. "controller.",
    healthy = "The driver finds that its device wants nothing, and the guest goes on as if nothing had been. A "
        .. "driver that takes the interrupt for the end of its work uses data that are not there yet.",
    parameters = {
        {name = "line", type = "line", text = "the interrupt"},
        {name = "times", type = "integer", default = 1, least = 1, text = "how often it comes"},
        {name = "within_ns", type = "integer", optional = true, least = 1,
         text = "it comes at times of so much virtual time, in ns, from the beginning on, chosen by the seed; default: "
            .. "at the beginning itself, which is for one time"},
        {name = "hold_ns", type = "integer", optional = true, least = 1,
         text = "the line stays high for so much virtual time, in ns, as a level-triggered input needs it; default: a "
            .. "pulse"},
        scenario.beginning(),
    },
    arm = function(p, fault)
        fi.irq._check(p.line)
        if p.times > 1 and not p.within_ns then
            error(("%s: times = %d needs within_ns, the virtual time in which they come"):format(p.name, p.times))
        end
        local function send()
            if p.hold_ns then
                fi.irq.set(p.line)
                fault:owns(fi.after_ns(p.hold_ns, {name = p.name .. ": low"}, fault:guard(function()
                    fi.irq.clear(p.line)
                end)))
            else
                fi.irq.pulse(p.line)
            end
            fault:hit("an interrupt that no device sent")
        end
        fault:begin(p, function()
            if not p.within_ns then
                send()
                return
            end
            for _, ns in ipairs(random_times(p.times, p.within_ns)) do
                fault:owns(fi.after_ns(ns, {name = p.name}, fault:guard(send)))
            end
        end)
    end,
}

return irq_spurious
