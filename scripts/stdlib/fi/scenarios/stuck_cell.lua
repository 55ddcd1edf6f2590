-- SPDX-License-Identifier: MIT
-- fi.scenarios.stuck_cell: a memory cell with a bit that sticks. Described in docs/scenarios.md.

local faults = require "fi.faults"
local options = require "fi.options"
local scenario = require "fi.scenario"

local BITS_PER_BYTE <const> = 8
local WORD <const> = 4      -- bytes of a cell that is given by its address

local function choose(p, size)
    local bits = p.bits or {fi.rng(0, size * BITS_PER_BYTE - 1)}
    for _, bit in ipairs(bits) do
        if bit >= size * BITS_PER_BYTE then
            error(("bit %d is outside of the cell, which has %d bits"):format(bit, size * BITS_PER_BYTE))
        end
    end
    return bits
end

-- An intermittent defect: sticks for stuck_ns, then not for free_ns, and so on. `forced` is that of all its phases.
local Intermittent = {}

function Intermittent:__index(key)
    if key == "forced" then
        return self.before + (self.cell and self.cell.forced or 0)
    elseif key == "trigger" then
        return self.cell and self.cell.trigger
    end
    return Intermittent[key]
end

function Intermittent:stick()
    self.before = self.forced
    self.cell = faults.stuck_at(self.opts)      -- which ends after opts.duration
    self.timer = fi.after_ns(self.period, {name = self.opts.name .. ": again"}, function()
        options.blame_place(self.place, self.stick, self)
    end)
end

function Intermittent:remove()
    self.timer:remove()
    self.cell:remove()
end

local function check(p)
    if (p.stuck_ns == nil) ~= (p.free_ns == nil) then
        error("stuck_ns and free_ns go together")
    elseif p.stuck_ns and type(p.duration) == "table" and p.duration.hits then
        error("with stuck_ns a duration is {ns = t}, {insns = n} or {until_trigger = t}")
    end
end

---@type fi.scenarios.stuck_cell
local stuck_cell = scenario.define{
    name = "stuck_cell",
    purpose = "A memory cell has a bit that keeps its value whatever is stored there, all the time or now and then: a "
        .. "defect of the memory, or of its wiring.",
    healthy = "A guest that tests its memory, or reads back what it has stored, reports the cell or does without it. "
        .. "Data that are stored there are wrong each time: storing them again does not help.",
    parameters = {
        {name = "target", type = "place",
         text = "the cell: an object, a range, or an address, which is 4 bytes; virtual, as the vCPU sees it"},
        {name = "phys", type = "boolean", default = false,
         text = "target is a physical address: then stores through all virtual addresses of the cell are seen"},
        {name = "bits", type = "bits", optional = true,
         text = "the bits that stick, from the lowest one of the first byte; default: one, chosen by the seed"},
        {name = "value", type = "integer", default = 1, least = 0, most = 1, text = "what they stick at"},
        scenario.beginning("code"), scenario.beginning("calls"), scenario.beginning("delay_ns"),
        {name = "duration", type = "duration", default = "permanent", counts = {"hits"},
         text = "how long; hits: so many stores to the cell. At the end the bits keep their values until the next "
             .. "store"},
        {name = "stuck_ns", type = "integer", optional = true, least = 1,
         text = "intermittent: sticks for so many ns of virtual time, then lets go for free_ns, and so on"},
        {name = "free_ns", type = "integer", optional = true, least = 1, text = "see stuck_ns"},
        scenario.counting("vcpu", "el"),
    },
    arm = function(p, fault)
        check(p)
        local address, size = scenario.extent(p.target, WORD)
        local bits = address and choose(p, size)
        fault:begin(p, function()
            if not address then
                address, size = scenario.extent(p.target, WORD)
                bits = choose(p, size)
            end
            local opts = {
                [p.phys and "phys" or "mem"] = address, size = size, bits = bits, value = p.value, name = p.name,
                duration = p.stuck_ns and {ns = p.stuck_ns} or p.duration, vcpu = p.vcpu, el = p.el,
            }
            local what = ("bit%s %s of %s stuck at %d"):format(#bits > 1 and "s" or "", table.concat(bits, ","),
                                                             scenario.at(address), p.value)
            if p.stuck_ns then
                local defect = setmetatable({
                    before = 0, place = fault.place, period = p.stuck_ns + p.free_ns, opts = opts,
                }, Intermittent)
                defect:stick()
                fault:counts(defect, "%s", what)
                fault:owns(options.end_after(p.duration, function() defect:remove() end))
            else
                fault:counts(faults.stuck_at(opts), "%s", what)
            end
        end)
    end,
}

return stuck_cell
