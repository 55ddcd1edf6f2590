-- SPDX-License-Identifier: MIT
-- fi.scenarios.clock_stop: the time stands still. Described in docs/scenarios.md.

local guest_clock = require "fi.guest_clock"
local options = require "fi.options"
local scenario = require "fi.scenario"

---@type fi.scenarios.clock_stop
local clock_stop = scenario.define{
    name = "clock_stop",
    purpose = "The clock stands still for a while or for good: its oscillator has stopped, or what is read from it is "
        .. "stuck.",
    healthy = "What waits for a time waits until the clock goes on, and then goes on itself; an independent watchdog, "
        .. "or a loop that counts as well, notices a clock that has stopped for good.",
    needs = {"set_pc", "clock"},
    parameters = {
        scenario.beginning("code"), scenario.beginning("calls"), scenario.beginning("delay_ns"),
        {name = "duration", type = "duration", default = "permanent",
         text = "how long, in {ns = t} of virtual time or {insns = n}"},
        {name = "resume", type = "choice", default = "late", values = {"late", "right"},
         text = "at the end of the duration the clock goes on from where it stood (late), or shows what it would have "
             .. "shown without the fault (right)"},
        {name = "timers", type = "choice", default = "follow", values = {"follow", "free"},
         text = "follow: the timers' comparators go by the same counter, so no deadline comes while it stands still; "
             .. "free: the comparators keep to the right time, so timers interrupt, and again at once if the guest "
             .. "sets the next deadline by a clock that stands still"},
        guest_clock.parameters(),
    },
    arm = function(p, fault)
        fault:begin(p, function()
            local clock = guest_clock.new{
                fault = fault, name = p.name, device = p.device, hz = p.hz, follow = p.timers == "follow",
            }
            fault.clock = clock
            function fault.undo()
                clock:set_right()
            end
            clock:stop()
            fault:hit("the clock stands still")
            if not options.is_permanent(p.duration) then
                fault:owns(options.end_after(p.duration, fault:guard(function()
                    clock:go(p.resume)
                    fault.last = "the clock stood still, and is " .. (p.resume == "late" and "late" or "right again")
                end)))
            end
        end)
        function fault.why_none()
            return "the moment did not come"
        end
    end,
}

return clock_stop
