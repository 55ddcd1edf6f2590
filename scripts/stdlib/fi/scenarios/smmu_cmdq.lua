-- SPDX-License-Identifier: MIT
-- fi.scenarios.smmu_cmdq: an error of the SMMUv3's command queue. Described in docs/scenarios.md.

local scenario = require "fi.scenario"

-- SMMUv3: Arm IHI 0070, 6.3
local CMDQ_BASE <const>, CMDQ_PROD <const> = 0x90, 0x98
local LOG2SIZE_MASK <const> = 0x1f

-- How many commands a write of CMDQ_PROD adds. Positions have one bit more than the index, for the rounds.
local function new_commands(state, ev)
    local base = ev.paddr - ev.offset
    local mask = (2 << (fi.phys.u64[base + CMDQ_BASE] & LOG2SIZE_MASK)) - 1
    local before = state.position or fi.phys.u32[base + CMDQ_PROD]
    state.position = ev.value
    return (ev.value - before) & mask
end

local function inject(p, fault, at)
    if p.lost_interrupt then
        fi.irq.suppress(p.gerror)
        fault.undo = function()
            fi.irq.restore(p.gerror)
            -- It is an edge, and that one is gone
            fi.irq.pulse(p.gerror)
        end
    end
    fi.device.fault(p.device, "cmdq", {error = p.error, when = p.when})
    fault:hit("%s%s%s", p.error, at, p.lost_interrupt and ", and its interrupt is lost" or "")
    if p.interrupt_ns then
        fault:owns(fi.after_ns(p.interrupt_ns, {name = p.name .. ": interrupt"}, fault:guard(function()
            fault:remove()
        end)))
    end
end

---@type fi.scenarios.smmu_cmdq
local smmu_cmdq = scenario.define{
    name = "smmu_cmdq",
    purpose = "The SMMUv3 finds a command of its queue illegal, or cannot fetch it, while devices do DMA through it. "
        .. "It stops at the command and sends its error interrupt.",
    healthy = "The driver reports the error, skips the command or tries it again, and acknowledges; DMA goes on and "
        .. "its data are right. If the interrupt is lost, its waits for CMD_SYNC end with a time-out.",
    needs = {"device_fault"},
    parameters = {
        {name = "error", type = "choice", default = "illegal", values = {"illegal", "abort", "atc_inv_sync"},
         text = "what CMDQ_CONS.ERR says: CERROR_ILL, CERROR_ABT or CERROR_ATC_INV_SYNC"},
        {name = "when", type = "choice", default = "now", values = {"now", "next"},
         text = "now: as if the command at hand were bad; next: with the next command that is consumed, which has no "
            .. "effect then"},
        {name = "commands", type = "integer", optional = true, least = 0,
         text = "the error comes when the driver queues a command after so many others; needs the capability mmio"},
        {name = "lost_interrupt", type = "boolean", default = false,
         text = "whether the error's interrupt is lost; it comes when the fault is removed"},
        {name = "interrupt_ns", type = "integer", optional = true, least = 1,
         text = "the lost interrupt comes after so much virtual time, in ns; default: when the fault is removed"},
        {name = "gerror", type = "line", default = {spi = 109},
         text = "the line of that interrupt; default: {spi = 109}, that of QEMU's virt machine"},
        {name = "device", type = "string", default = "smmuv3", text = "the SMMU's QOM type or path"},
        scenario.beginning(),
    },
    arm = function(p, fault)
        if p.interrupt_ns and not p.lost_interrupt then
            error(p.name .. ": interrupt_ns goes with lost_interrupt = true")
        elseif p.commands and (p.code ~= nil or p.calls ~= 0 or p.delay_ns ~= 0) then
            error(p.name .. ": commands says when, and so do code, calls and delay_ns: leave these out")
        elseif not p.commands then
            fault:begin(p, function() inject(p, fault, "") end)
            return
        end
        local state, seen = {}, 0
        local trigger
        trigger = fault:owns(fi.on_mmio_write({"arm-smmuv3", offset = CMDQ_PROD, size = 4}, {name = p.name},
                                              fault:guard(function(ev)
            local new = new_commands(state, ev)
            if new > 0 and seen >= p.commands then
                trigger:remove()
                inject(p, fault, (" at command %d"):format(seen + 1))
            end
            seen = seen + new
        end)))
    end,
}

return smmu_cmdq
