-- SPDX-License-Identifier: MIT
--
-- fi.irq_storm: interrupts that come far too often, as of a device that does not lower its line or a peer that floods
-- the network. Described in docs/stdlib.md.
--
--     local storm = require "fi.irq_storm"
--     local s = storm.start{spi = 33, rate = 100000, count = 500}
--     storm.start{targets = {{spi = 40}, {ppi = 20}}, rate = 1000, jitter = 0.5, duration_ns = 50000000}
--
-- fi.irq.pulse with a rate is the plain case: one target, evenly spaced. This adds several targets, jitter, an end in
-- virtual time, and counts.

---@class fi.irq_storm.Options
---@field spi? integer
---@field ppi? integer
---@field sgi? integer
---@field irq? integer
---@field device? string
---@field line? integer
---@field vcpu? integer
---@field targets? fi.irq.set[] instead of one target
---@field order? "turn"|"random"
---@field rate number pulses per second of virtual time, over all targets
---@field count? integer
---@field duration_ns? integer
---@field jitter? number a fraction of the period, 0 to 1
---@field name? string

---@class fi.irq_storm.Storm
---@field sent integer
---@field active boolean
---@field stop fun(self: fi.irq_storm.Storm)

---@class fi.irq_storm
local irq_storm = {}

local NS_PER_SECOND = 1000000000
local OPTIONS = {"count", "duration_ns", "jitter", "name", "order", "rate", "targets"}
local TARGET_OPTIONS = {"device", "irq", "line", "ppi", "sgi", "spi", "vcpu"}

local function fail(level, ...)
    error("irq_storm.start: " .. string.format(...), level + 1)
end

local function set_of(...)
    local set = {}
    for _, list in ipairs{...} do
        for _, key in ipairs(list) do
            set[key] = true
        end
    end
    return set
end

local known = set_of(OPTIONS, TARGET_OPTIONS)
local of_target = set_of(TARGET_OPTIONS)

local function check_options(level, opts)
    if type(opts) ~= "table" then
        fail(level + 1, "the options are a table, not a %s", type(opts))
    end
    for key in pairs(opts) do
        if not known[key] then
            local names = {}
            for name in pairs(known) do
                names[#names + 1] = name
            end
            fail(level + 1, "unknown option '%s' (known: %s)", tostring(key), table.concat(names, ", "))
        end
    end
end

-- Given by itself or as a list; each is checked now, not when its first pulse is due.
local function check_targets(level, opts)
    local single
    for key in pairs(opts) do
        if of_target[key] then
            single = single or {}
            single[key] = opts[key]
        end
    end
    if (single == nil) == (opts.targets == nil) then
        fail(level + 1, "exactly one target (spi, ppi, …) or targets = {target, …} is needed")
    end
    local targets = single and {single} or opts.targets
    if type(targets) ~= "table" or #targets == 0 then
        fail(level + 1, "targets is a list of at least one target, e.g. {{spi = 33}}")
    end
    local copies = {}
    for i, target in ipairs(targets) do
        local ok, message = pcall(fi.irq._check, target)
        if not ok then
            error(message, level + 1)
        end
        copies[i] = {}
        for key, value in pairs(target) do
            copies[i][key] = value
        end
    end
    return copies
end

local function check_number(level, name, value, low, high)
    if type(value) ~= "number" or not (value >= low and value <= high) then
        fail(level + 1, "%s is a number from %s to %s, not %s", name, low, high, tostring(value))
    end
end

local function check_whole(level, name, value)
    if value ~= nil and (math.type(value) ~= "integer" or value < 1) then
        fail(level + 1, "%s is a whole number from 1 on, not %s", name, tostring(value))
    end
end

-- How many pulses: nil for no end.
local function pulses(opts, period)
    local count = opts.count
    if opts.duration_ns then
        local fit = opts.duration_ns // period
        count = math.min(count or fit, fit)
    end
    return count
end

local Storm = {}
Storm.__index = Storm

--- Ends the storm.
function Storm:stop()
    self.active = false
    self.trigger:remove()
end

function Storm:__tostring()
    return ("interrupt storm '%s': %d sent, %s"):format(self.name, self.sent, self.active and "active" or "over")
end

local function next_target(self)
    local n = #self.targets
    if self.order == "random" then
        return self.targets[fi.rng(n)]
    end
    self.turn = self.turn % n + 1
    return self.targets[self.turn]
end

local function send(self)
    local ok, message = pcall(fi.irq.pulse, next_target(self))
    if not ok then
        error(self.where .. message, 0)
    end
    self.sent = self.sent + 1
    self.active = self.active and self.sent ~= self.count
end

local function due(self)
    if self.max_delay == 0 then
        send(self)
    else
        fi.after_ns(fi.rng(0, self.max_delay), {name = self.name}, function()
            if self.active then
                send(self)
            end
        end)
    end
end

--- Pulses interrupts until count or duration_ns says so, or stop(). Returns the storm.
---@param opts fi.irq_storm.Options
---@return fi.irq_storm.Storm
function irq_storm.start(opts)
    check_options(2, opts)
    check_number(2, "rate", opts.rate, 1, NS_PER_SECOND)
    check_number(2, "jitter", opts.jitter or 0, 0, 1)
    check_whole(2, "count", opts.count)
    check_whole(2, "duration_ns", opts.duration_ns)
    if opts.order ~= nil and opts.order ~= "turn" and opts.order ~= "random" then
        fail(2, "order is \"turn\" or \"random\", not %s", tostring(opts.order))
    end
    local period = math.floor(NS_PER_SECOND / opts.rate + 0.5)
    local count = pulses(opts, period)
    if count == 0 then
        fail(2, "duration_ns = %d is shorter than the %d ns between two pulses", opts.duration_ns, period)
    end
    local _, where = pcall(error, "", 3)
    local self = setmetatable({
        targets = check_targets(2, opts), order = opts.order, turn = 0, name = opts.name or "irq_storm", where = where,
        max_delay = math.floor(period * (opts.jitter or 0)), count = count, sent = 0, active = true,
    }, Storm)
    local ok, trigger = pcall(fi.every_ns, period, {limit = count, name = self.name}, function()
        due(self)
    end)
    if not ok then
        error(trigger, 2)
    end
    self.trigger = trigger
    return self
end

return irq_storm
