-- SPDX-License-Identifier: MIT
-- fi.scenarios.irq_lost: interrupts that do not arrive. Described in docs/scenarios.md.

local gic_line = require "fi.gic_line"
local options = require "fi.options"
local scenario = require "fi.scenario"

-- Nothing gets through: the line is cut, and connected again at the end.
local function lose_all(p, fault)
    fi.irq.suppress(p.line)
    fault:hit("the line was cut")
    fault.undo = function() fi.irq.restore(p.line) end
end

-- Some do: each is looked at when a vCPU is about to find it.
local function lose_some(p, fault)
    local line
    line = gic_line.watch(fault, p.line, function(number, ev)
        local since = number - p.after - 1
        if line.lost ~= p.count and since >= 0 and since % p.every == 0 then
            line:lose(ev)
            fault:hit("interrupt %d was lost", number)
        end
    end)
    fault.undo = function() line:stop() end
end

---@type fi.scenarios.irq_lost
local irq_lost = scenario.define{
    name = "irq_lost",
    purpose = "Interrupts of one input do not arrive: a broken wire, an edge that was missed, a message that a bus has "
        .. "dropped.",
    healthy = "The driver has a time-out, looks at its device itself, says so, and goes on; or what waits for the "
        .. "device fails with an error. It does not wait for ever.",
    needs = {"irq"},
    parameters = {
        {name = "line", type = "line",
         text = "the interrupt: an SPI or a PPI of QEMU's virt machine or, if all are lost, any input"},
        {name = "after", type = "integer", default = 0, least = 0, text = "interrupts that arrive before"},
        {name = "every", type = "integer", default = 1, least = 1,
         text = "from then on the first and each so many-th is lost; default: all"},
        {name = "count", type = "integer", optional = true, least = 1,
         text = "so many are lost: in a row, if every is 1; default: no limit"},
        {name = "duration", type = "duration", default = "permanent", text = "how long, from now"},
    },
    arm = function(p, fault)
        if p.after == 0 and p.every == 1 and not p.count then
            lose_all(p, fault)
        else
            lose_some(p, fault)
        end
        fault:owns(options.end_after(p.duration, function() fault:remove() end))
    end,
}

return irq_lost
