-- SPDX-License-Identifier: MIT
-- fi.scenarios.clock_jump: the time is suddenly another one. Described in docs/scenarios.md.

local guest_clock = require "fi.guest_clock"
local scenario = require "fi.scenario"

---@type fi.scenarios.clock_jump
local clock_jump = scenario.define{
    name = "clock_jump",
    purpose = "The clock jumps, forwards or backwards, once or again and again: an upset in the system counter, or a "
        .. "hypervisor that moves a machine.",
    healthy = "Time-outs expire too early or too late, and nothing else happens: no loop waits for ever, no difference "
        .. "of two times is taken for a huge number. A kernel may complain of a lockup that was none.",
    needs = {"set_pc", "clock"},
    parameters = {
        {name = "jump_ns", type = "integer", text = "how far, in ns; backwards if it is negative"},
        scenario.beginning("code"), scenario.beginning("calls"), scenario.beginning("delay_ns"),
        {name = "every_ns", type = "integer", optional = true, least = 1,
         text = "jumps again after so many ns of virtual time; default: one jump"},
        {name = "jumps", type = "integer", optional = true, least = 1,
         text = "with every_ns: how many in all; default: no end"},
        {name = "timers", type = "choice", default = "follow", values = {"follow", "free"},
         text = "follow: the timers' comparators go by the same counter, so deadlines are met when the clock says so, "
             .. "and those that a jump passes are due at once; free: the comparators keep to the right time, so a "
             .. "deadline that the guest computes from its clock after a jump forwards comes late by the jump, and at "
             .. "once after one backwards"},
        guest_clock.parameters(),
    },
    arm = function(p, fault)
        if p.jumps and not p.every_ns then
            error("jumps goes with every_ns")
        end
        local clock
        local function jump()
            clock:jump(p.jump_ns)
            fault:hit("the clock jumped by %d ns", p.jump_ns)
        end
        function fault.undo()
            if clock then
                clock:set_right()
            end
        end
        fault:begin(p, function()
            clock = guest_clock.new{
                fault = fault, name = p.name, device = p.device, hz = p.hz, follow = p.timers == "follow",
            }
            fault.clock = clock
            jump()
            if p.every_ns and p.jumps ~= 1 then
                local opts = {name = p.name .. ": again", limit = p.jumps and p.jumps - 1}
                fault:owns(fi.every_ns(p.every_ns, opts, fault:guard(jump)))
            end
        end)
        function fault.why_none()
            return "the moment did not come"
        end
    end,
}

return clock_jump
