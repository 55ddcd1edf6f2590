-- SPDX-License-Identifier: MIT
--
-- mylib.disturb: memory whose loads disturb a neighbour, as in DRAM rows that are opened too often. A template for a
-- module of one's own; docs/stdlib.md says how it is found.
--
--     local disturb = require "mylib.disturb"
--     local fault = disturb.arm{aggressor = "buffer", victim = "other", loads = 1000}
--
-- Parameters:  aggressor  what is loaded from, as for on_read
--              victim     what flips then: an address, or a symbol with or without an offset
--              size       bytes of the victim (default: the object's size, otherwise 4)
--              bit        which of its bits (default: one by the seed)
--              loads      loads until then (default: 64)
--              times      how often at most (default: 1)
--              name       of the trigger, for the journal (default: "disturb")
-- A healthy guest notices that the victim is wrong before it uses it, or corrects it (ECC).
-- Context: load, handler, task.

local faults = require "fi.faults"
local options = require "fi.options"

---@class mylib.disturb.Options
---@field aggressor fi.Where
---@field victim integer|string
---@field size? integer
---@field bit? integer
---@field loads? integer
---@field times? integer
---@field name? string

---@class mylib.disturb.Fault
---@field trigger fi.Trigger
---@field flips integer how many bits have flipped so far
---@field remove fun(self: mylib.disturb.Fault)

---@class mylib.disturb
local disturb = {}

local DEFAULT_LOADS = 64
local OPTIONS = options.set_of({"aggressor", "victim", "size", "bit", "loads", "times", "name"})

local Fault = {}
Fault.__index = Fault

--- Ends the fault; what has flipped stays so.
function Fault:remove()
    self.trigger:remove()
end

--- Flips a bit of `victim` whenever `aggressor` was loaded from so many times. Returns the fault.
---@param opts mylib.disturb.Options
---@return mylib.disturb.Fault
function disturb.arm(opts)
    local what = "disturb.arm"
    -- Errors name the line that called this: it is 2 levels up
    options.check(2, what, opts, OPTIONS)
    if opts.aggressor == nil or opts.victim == nil then
        options.fail(2, "%s: aggressor and victim must be said", what)
    end
    local loads, times = opts.loads or DEFAULT_LOADS, opts.times or 1
    options.check_count(2, what, "loads", loads, 1)
    options.check_count(2, what, "times", times, 1)
    if opts.bit ~= nil then
        options.check_bits(2, what, {opts.bit})
    end
    local target = {mem = opts.victim, size = opts.size, bit = opts.bit, nbits = opts.bit == nil and 1 or nil}
    local fault = setmetatable({flips = 0}, Fault)
    local counting = {after = loads - 1, every = loads, limit = times, name = opts.name or "disturb"}
    fault.trigger = options.blame(2, fi.on_read, opts.aggressor, counting, function()
        faults.flip(target)
        fault.flips = fault.flips + 1
    end)
    return fault
end

return disturb
