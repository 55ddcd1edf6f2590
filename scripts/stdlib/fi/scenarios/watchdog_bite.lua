-- SPDX-License-Identifier: MIT
-- fi.scenarios.watchdog_bite: the watchdog must bite. Described in docs/scenarios.md.

local gic_line = require "fi.gic_line"
local mmio = require "fi.mmio"
local scenario = require "fi.scenario"

---------------------------------------------------------------------------------------------------------------------
-- What becomes of it: the first bite ends the fault, and so does the deadline.

local function conclude(fault, outcome, why)
    fault.outcome, fault.why = outcome, why
    fault.last = fault.last .. ": " .. why
    fi.note{scenario = fault.name, outcome = outcome, why = why, after_ns = fi.now_ns() - fault.began}
    fault:remove()
    local verdict = package.loaded["fi.verdict"]
    if verdict and verdict.is_ruled() then
        verdict.give(outcome, why)
    end
end

local function bitten(fault, what)
    if fault.began and not fault.outcome then
        conclude(fault, "detected", "the watchdog has bitten: " .. what)
    end
end

-- The time runs from the first fault on.
local function begin(p, fault, what, ...)
    if fault.began then
        return
    end
    fault:hit(what, ...)
    fault.began = fi.now_ns()
    fault:owns(fi.after_ns(p.within_ns, {name = p.name .. ": deadline"}, fault:guard(function()
        if not fault.outcome then
            conclude(fault, "hang", ("the watchdog has not bitten within %d ns"):format(p.within_ns))
        end
    end)))
end

---------------------------------------------------------------------------------------------------------------------
-- How a bite shows

local function watch_reset(p, fault)
    fault:owns(fi.on_reset({name = p.name .. ": reset"}, fault:guard(function()
        bitten(fault, "a reset")
    end)))
end

local function watch_interrupt(p, fault)
    if p.handler ~= nil then
        fault:owns(fi.on_pc(p.handler, {name = p.name .. ": handler"}, fault:guard(function()
            bitten(fault, "its handler")
        end)))
    end
    if p.exception ~= nil then
        local opts = {name = p.name .. ": exception"}
        local fn = fault:guard(function(ev) bitten(fault, "the exception " .. ev.name) end)
        -- Whether QEMU counts it among the interrupts differs
        fault:owns(fi.on_exception(p.exception, opts, fn))
        fault:owns(fi.on_interrupt(p.exception, opts, fn))
    end
    if p.line ~= nil then
        gic_line.watch(fault, p.line, function()
            bitten(fault, "its interrupt")
        end)
    end
end

---------------------------------------------------------------------------------------------------------------------
-- What goes wrong: the kicks do not arrive, or the CPU hangs

local function lose_kicks(p, fault)
    fault:begin(p, function()
        local kicks = 0
        fault:owns(fi.on_mmio_write(p.kick, {name = p.name .. ": kick", value = p.value, mask = p.mask},
                                    fault:guard(function()
            kicks = kicks + 1
            if kicks > p.kicks then
                begin(p, fault, "kicks are lost")
            end
        end)))
        fault:owns(mmio.lost_write(p.kick, {name = p.name, value = p.value, mask = p.mask, after = p.kicks}))
    end)
end

local function has_register(name)
    return pcall(function() return fi.cpu():size(name) end)
end

-- A branch to itself in the code of this CPU. Interrupts are masked by bits of CPSR, or by an instruction before it.
local function hang_code(masked)
    if has_register("x0") then
        return "\x00\x00\x00\x14", masked and 0x3c0 or 0        -- b .; PSTATE.DAIF
    elseif has_register("xpsr") then
        return (masked and "\x72\xb6" or "") .. "\xfe\xe7", 0   -- cpsid i; b .
    elseif fi.cpu().cpsr & 0x20 ~= 0 then
        return "\xfe\xe7", masked and 0x1c0 or 0                -- b .; CPSR.AIF
    end
    return "\xfe\xff\xff\xea", masked and 0x1c0 or 0
end

local function hang(p, fault)
    local function hang_here()
        local pc = fi.cpu().pc
        local code, mask = hang_code(p.masked)
        fi.mem:write(pc, code, {model = "hang", duration = "permanent"})
        if mask ~= 0 then
            fi.cpu():write("cpsr", fi.cpu().cpsr | mask, {model = "hang", duration = "permanent"})
        end
        begin(p, fault, "vCPU %d hangs at %s%s", fi.cpu().index, scenario.at(pc),
              p.masked and ", interrupts masked" or "")
    end
    if p.code ~= nil and p.delay_ns == 0 then
        -- The instruction itself, which has been translated already, is the branch now
        fault:owns(fi.on_pc(p.code, {name = p.name, after = p.calls, limit = 1}, fault:guard(function()
            hang_here()
            return fi.RETRY
        end)))
    else
        fault:begin(p, hang_here)
    end
end

local function check(p)
    if p.how == "kicks" and p.kick == nil then
        error(p.name .. ": how = \"kicks\" needs kick, the register by which the watchdog is fed")
    elseif p.how == "hang" and p.code == nil and p.delay_ns == 0 then
        error(p.name .. ": how = \"hang\" needs code or delay_ns: where or when the CPU hangs")
    elseif p.how == "hang" and p.kick ~= nil then
        error(p.name .. ": kick goes with how = \"kicks\"")
    elseif p.kicks ~= 0 and p.how ~= "kicks" then
        error(p.name .. ": kicks goes with how = \"kicks\"")
    elseif p.bite == "interrupt" and not (p.handler or p.exception or p.line) then
        error(p.name .. ": bite = \"interrupt\" needs handler, exception or line: how it shows")
    elseif p.no_reboot and p.bite == "interrupt" then
        error(p.name .. ": no_reboot is about a reset, and bite = \"interrupt\" is none")
    end
end

---@type fi.scenarios.watchdog_bite
local watchdog_bite = scenario.define{
    name = "watchdog_bite",
    purpose = "The guest stops feeding its watchdog: what it writes to feed it gets lost, or its CPU hangs. The "
        .. "watchdog must bite in time.",
    healthy = "Within within_ns the watchdog resets the machine, or its interrupt comes: the verdict is \"detected\". "
        .. "If it was never started, or is fed by something that a hang does not stop, nothing comes: \"hang\".",
    needs = {"timers", "mmio", "reset"},
    parameters = {
        {name = "how", type = "choice", default = "kicks", values = {"kicks", "hang"},
         text = "kicks: writes to the register kick do not arrive; hang: the CPU stays where it is when the fault "
            .. "begins, which needs the capability set_pc"},
        {name = "kick", type = "register", optional = true,
         text = "the register whose writes feed the watchdog, or a range of them"},
        {name = "value", type = "integer", optional = true, text = "only writes of this value are lost; default: all"},
        {name = "mask", type = "integer", optional = true, text = "bits of the value that count; default: all"},
        {name = "kicks", type = "integer", default = 0, least = 0,
         text = "kicks that arrive before, counted from the beginning on"},
        {name = "masked", type = "boolean", default = true,
         text = "whether the CPU hangs with its interrupts masked; otherwise they are handled as ever, and other tasks "
            .. "may get the CPU"},
        {name = "within_ns", type = "integer", default = 60000000000, least = 1,
         text = "virtual time from the first fault on in which the watchdog must bite, in ns; default: a minute"},
        {name = "bite", type = "choice", default = "any", values = {"any", "reset", "interrupt"},
         text = "what counts as a bite: a reset of the machine, the watchdog's interrupt, or what comes first"},
        {name = "handler", type = "place", optional = true,
         text = "code that is executed only when the watchdog has bitten: the handler of its interrupt"},
        {name = "exception", type = "string", optional = true,
         text = "the exception that it gives, by name, such as \"nmi\""},
        {name = "line", type = "line", optional = true,
         text = "its interrupt, an SPI or a PPI of QEMU's virt machine"},
        {name = "no_reboot", type = "boolean", default = false,
         text = "QEMU has -no-reboot: that it ends is taken for the reset, as is a guest that powers off"},
        scenario.beginning(),
    },
    arm = function(p, fault)
        check(p)
        if p.bite ~= "interrupt" then
            watch_reset(p, fault)
        end
        if p.bite ~= "reset" then
            watch_interrupt(p, fault)
        end
        if p.no_reboot then
            fault.judge = function()
                if fault.began and not fault.outcome then
                    return "detected", "QEMU has ended, by a reset or by the guest"
                end
            end
        end
        if p.how == "kicks" then
            lose_kicks(p, fault)
        else
            hang(p, fault)
        end
    end,
}

return watchdog_bite
