-- SPDX-License-Identifier: MIT
--
-- fi.serror: what the scenarios of SErrors have in common: the syndromes' names, and how an SError is given to a
-- certain exception level. For those who write such a module; see fi.scenario.

local options = require "fi.options"

---@class fi.serror
local serror = {}

-- ESR_ELx.ISS of an SError: Arm DDI 0487, D24.2.40. AET is in bits 12:10, DFSC 0x11 is "asynchronous SError interrupt".
local DFSC <const> = 0x11
local AET_SHIFT <const> = 10
local AET <const> = {uncontainable = 0, unrecoverable = 1, restartable = 2, recoverable = 3, corrected = 6}
local KINDS <const> = {"uncategorized", "uncontainable", "unrecoverable", "restartable", "recoverable", "corrected"}

-- PSTATE.A, and I and F
local SERROR_MASKED <const>, INTERRUPTS_MASKED <const> = 0x100, 0xc0
local INFO <const> = {model = "serror"}

--- The parameters that all of them have: kind, iss, delay_ns, times and vcpu, for a module's list.
---@return fi.scenario.Parameter ...
function serror.parameters()
    return {name = "kind", type = "choice", default = "uncategorized", values = KINDS,
            text = "what the syndrome says: nothing (uncategorized), or, of a CPU with the RAS extension, the state in "
                .. "which the error has left it (ESR_ELx.AET)"},
        {name = "iss", type = "integer", optional = true, least = 0, most = 0x1ffffff,
         text = "in place of kind: bits 24 to 0 of ESR_ELx themselves"},
        {name = "delay_ns", type = "integer", default = 0, least = 0,
         text = "not before so much virtual time has passed, in ns"},
        {name = "times", type = "integer", default = 1, least = 1, text = "how many of them come"},
        {name = "vcpu", type = "integer", optional = true, least = 0, text = "on this vCPU only; default: on any"}
end

local function syndrome(p)
    if p.iss then
        return p.iss
    end
    return AET[p.kind] and AET[p.kind] << AET_SHIFT | DFSC or 0
end

-- QEMU takes a pending interrupt before an SError, which would then come to the interrupt's handler. So they are masked
-- until it is taken, and SPSR_ELx says that they were not.
local function keep_interrupts_out(p, fault)
    local masked = {}
    fault:owns(fi.on_interrupt("serror", {name = p.name .. ": taken", vcpu = p.vcpu}, fault:guard(function(ev)
        local mask = masked[ev.vcpu]
        if mask then
            masked[ev.vcpu] = nil
            local spsr = "spsr_el" .. ev.el
            fi.cpu():write(spsr, fi.cpu()[spsr] & ~mask, INFO)
        end
    end)))
    return function()
        local cpu = fi.cpu()
        local mask = INTERRUPTS_MASKED & ~cpu.cpsr
        if mask ~= 0 and pcall(cpu.size, cpu, "x0") then
            masked[cpu.index] = mask
            cpu:write("cpsr", cpu.cpsr | mask, INFO)
        end
    end
end

--- Arms what p says, at the level p.el.
---@param p table the scenario's parameters
---@param fault fi.scenario.Fault
function serror.arm(p, fault)
    if p.iss and p.kind ~= "uncategorized" then
        options.fail(2, "%s: kind and iss both say what the syndrome is: give one of them", p.name)
    elseif p.code == nil and p.calls ~= 0 then
        options.fail(2, "%s: calls goes with code", p.name)
    end
    local iss = syndrome(p)
    local mask_interrupts = keep_interrupts_out(p, fault)
    local trigger
    local handler = fault:guard(function(ev)
        -- A masked one would be taken later, who knows where
        if fi.cpu().cpsr & SERROR_MASKED ~= 0 then
            return
        end
        mask_interrupts()
        fi.exception.serror{iss = iss}
        fault:hit("SError with ISS 0x%x at EL%d, in place of %s", iss, p.el, fi.symbols.at(ev.pc)
            or ("0x%x"):format(ev.pc))
        if fault.injected >= p.times then
            trigger:remove()
        end
    end)
    local opts = {name = p.name, el = p.el, vcpu = p.vcpu, asid = p.asid, ttbr = p.ttbr, after = p.calls}
    local function begin()
        if p.code ~= nil then
            trigger = fi.on_pc(p.code, opts, handler)
        else
            trigger = fi.on_insn({mask = 0, value = 0}, opts, handler)
        end
        fault:owns(trigger)
    end
    if p.delay_ns > 0 then
        fault:owns(fi.after_ns(p.delay_ns, {name = p.name .. ": begins"}, fault:guard(begin)))
    else
        begin()
    end
end

return serror
