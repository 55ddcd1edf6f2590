-- SPDX-License-Identifier: MIT
-- fi.scenarios.fail_call: a function reports failure. Described in docs/scenarios.md.

local faults = require "fi.faults"
local scenario = require "fi.scenario"

local T32_STATE <const> = 0x20      -- in CPSR
local T32_BX_LR <const> = "\x70\x47"

local function has(register)
    return (pcall(function() return cpu:size(register) end))
end

-- To where the function was called from. A new PC can enter T32 state, but only an instruction can leave it: then the
-- function's first one is BX LR for once.
local function go_back(ev)
    if has("x0") or has("xpsr") or cpu.lr & 1 ~= 0 or cpu.cpsr & T32_STATE == 0 then
        cpu.pc = cpu.lr
        return nil
    end
    local pc, old = ev.pc, mem:read(ev.pc, #T32_BX_LR)
    mem:write(pc, T32_BX_LR, {model = "return", duration = "transient"})
    fi.after_insns(1, {vcpu = ev.vcpu, name = ev.trigger.name .. ": returned"}, function()
        mem:write(pc, old, {model = "return", duration = "transient", phase = "restored"})
    end)
    return fi.RETRY
end

-- Is this call made from there? The range is asked for once the call comes, when its map has a slide.
local function from(caller)
    local range
    return function()
        if not range then
            local place = scenario.whole(caller)
            if type(place) == "table" and math.type(place[1]) == "integer" and math.type(place[2]) == "integer" then
                range = place
            else
                local address, size = scenario.extent(place, 1)
                range = {address, address + size}
            end
        end
        local call = (cpu.lr & ~1) - 1      -- in the call, which may be the caller's last instruction
        return call >= range[1] and call < range[2]
    end
end

-- Of the calls that count, which fail: those behind `calls`, the first and then each `every`th, `limit` of them
local function counter(p)
    local seen, due = 0, 0
    local limit = p.limit or not p.every and 1 or math.maxinteger
    return function()
        seen = seen + 1
        if seen <= p.calls or (seen - p.calls - 1) % (p.every or 1) ~= 0 then
            return false
        end
        due = due + 1
        return true, due == limit
    end
end

---@type fi.scenarios.fail_call
local fail_call = scenario.define{
    name = "fail_call",
    purpose = "A function reports failure, as when memory or a device is not to be had: its body does not run, and it "
        .. "returns an error. The way to the error paths of drivers, which ordinary tests do not reach.",
    healthy = "The caller undoes what it had done by then and reports the error to its own caller; nothing hangs, "
        .. "leaks or crashes, and the same request works the next time.",
    needs = {"set_pc"},
    parameters = {
        {name = "code", type = "place", text = "the function"},
        {name = "value", type = "integer",
         text = "what it returns: 0 is NULL or false, -12 ENOMEM and -5 EIO of Linux"},
        {name = "calls", type = "integer", default = 0, least = 0,
         text = "calls that are let pass before, counted over all vCPUs: with 2 the third one fails"},
        {name = "every", type = "integer", optional = true, least = 1,
         text = "then each so many calls; default: only one fails"},
        {name = "limit", type = "integer", optional = true, least = 1,
         text = "failures at most; default: 1, and with every no limit"},
        {name = "caller", type = "place", optional = true,
         text = "only calls from this function or range count, by the return address; default: all"},
        {name = "run", type = "boolean", default = false,
         text = "the function does its work all the same, and only its result is changed"},
        {name = "reg", type = "string", optional = true, text = "the register of the result; default: x0 or r0"},
        scenario.counting("vcpu", "el", "when"),
    },
    arm = function(p, fault)
        local is_due, is_from = counter(p), p.caller and from(p.caller)
        if p.caller then
            scenario.extent(p.caller, 1)        -- a name that no map has is found now
        end
        local function fail_now(caller)
            faults.set{reg = p.reg or (has("x0") and "x0" or "r0"), value = p.value}
            fault:hit("the call from %s returned %d", scenario.at(caller), p.value)
        end
        local opts = {name = p.name, vcpu = p.vcpu, el = p.el, when = p.when}
        local trigger
        trigger = fault:owns(fi.on_pc(p.code, opts, fault:guard(function(ev)
            if is_from and not is_from() then
                return
            end
            local due, last = is_due()
            if not due then
                return
            end
            if last then
                trigger:remove()
            end
            local back, sp, vcpu = cpu.lr & ~1, cpu.sp, ev.vcpu
            if not p.run then
                fail_now(back)
                return go_back(ev)
            end
            local behind
            behind = fault:owns(fi.on_pc(back, {name = p.name .. ": return", vcpu = vcpu}, fault:guard(function()
                if cpu.sp == sp then
                    behind:remove()
                    fail_now(back)
                end
            end)))
        end)))
    end,
}

return fail_call
