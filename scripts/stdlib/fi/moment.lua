-- SPDX-License-Identifier: MIT
--
-- fi.moment: when a scenario of the library acts, for those that need one moment: when a place is executed, after some
-- virtual time, or at once. For those who write such a module; see fi.scenario.

local options = require "fi.options"

---@class fi.moment
local moment = {}

--- The parameters that say the moment: code, calls, after_ns and vcpu, for a module's list.
---@return fi.scenario.Parameter ...
function moment.parameters()
    return {name = "code", type = "place", optional = true,
            text = "it comes when this code executes; default: at once, so in a handler"},
        {name = "calls", type = "integer", default = 0, least = 0,
         text = "with code: how often that is let pass before"},
        {name = "after_ns", type = "integer", optional = true, least = 1,
         text = "in place of code: it comes after so much virtual time, in ns"},
        {name = "vcpu", type = "integer", optional = true, least = 0,
         text = "code on this vCPU only, default: on all; with after_ns: it comes on this one, default: 0"}
end

--- Calls fn at the moment that p says: with the event, or without one if that is at once.
---@param p table the scenario's parameters
---@param fault fi.scenario.Fault
---@param fn function
function moment.arm(p, fault, fn)
    if p.code ~= nil and p.after_ns ~= nil then
        options.fail(2, "%s: code and after_ns are two moments: give one of them", p.name)
    elseif p.code == nil and p.calls ~= 0 then
        options.fail(2, "%s: calls goes with code", p.name)
    elseif p.code ~= nil then
        fault:owns(fi.on_pc(p.code, {name = p.name, vcpu = p.vcpu, after = p.calls, limit = 1}, fault:guard(fn)))
    elseif p.after_ns ~= nil then
        fault:owns(fi.after_ns(p.after_ns, {name = p.name, vcpu = p.vcpu}, fault:guard(fn)))
    else
        fn()
    end
end

return moment
