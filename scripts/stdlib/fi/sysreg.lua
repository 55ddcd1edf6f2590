-- SPDX-License-Identifier: MIT
--
-- fi.sysreg: faults of AArch64 system registers, as the guest's MRS and MSR meet them. Described in docs/stdlib.md.
--
--     local sysreg = require "fi.sysreg"
--     sysreg.freeze("CNTVCT_EL0")                          -- the counter stands still
--     sysreg.override("ID_AA64ISAR0_EL1", 0)               -- no optional instructions
--     sysreg.stuck_at("SCTLR_EL1", 2, 0)                   -- the data cache cannot be turned on
--     sysreg.drop_writes("VBAR_EL1", {after = 1})
--
-- All of them arm triggers and may be called anywhere. What an argument can get wrong is found then, and blamed on the
-- caller's line.

---@class fi.sysreg.Held
---@field vcpu? integer
---@field el? integer
---@field when? fi.Condition
---@field name? string

---@class fi.sysreg.FreezeOptions: fi.sysreg.Held
---@field after? integer

---@class fi.sysreg.Freeze
---@field trigger fi.Trigger
---@field values table<integer, integer> by vCPU
---@field remove fun(self: fi.sysreg.Freeze)

---@class fi.sysreg.Stuck
---@field read fi.Trigger
---@field write fi.Trigger
---@field forced integer how often a bit had to be changed
---@field remove fun(self: fi.sysreg.Stuck)

---@class fi.sysreg
local sysreg = {}

local INSN_SIZE = 4
local ZERO_REGISTER = 31
local TRIGGER_OPTIONS = {"vcpu", "el", "after", "every", "limit", "total", "when", "name"}

---------------------------------------------------------------------------------------------------------------------
-- Errors and options. `level` is that of the line to blame, counted as error() does in the function that gets it.

local function fail(level, ...)
    error(string.format(...), level + 1)
end

local function blame(level, fn, ...)
    local results = table.pack(pcall(fn, ...))
    if not results[1] then
        error(results[2], level + 1)
    end
    return table.unpack(results, 2, results.n)
end

-- A copy of the options, those of `left_out` being unknown.
local function check_options(level, what, opts, left_out)
    if opts ~= nil and type(opts) ~= "table" then
        fail(level + 1, "%s: the options must be a table, not a %s", what, type(opts))
    end
    local known, result = {}, {}
    for _, key in ipairs(TRIGGER_OPTIONS) do
        known[key] = not left_out[key] or nil
    end
    for key, value in pairs(opts or {}) do
        if not known[key] then
            local keys = {}
            for name in pairs(known) do
                keys[#keys + 1] = name
            end
            fail(level + 1, "%s: unknown option '%s' (known: %s)", what, tostring(key), table.concat(keys, ", "))
        end
        result[key] = value
    end
    return result
end

local function need_set_pc(level, what)
    if not fi.has("set_pc") then
        fail(level + 1, "%s needs the capability set_pc: QEMU 11.0 or newer", what)
    end
end

local function duration_of(opts)
    if opts.limit == 1 then
        return "transient"
    end
    return (opts.limit or opts.every or opts.when) and "intermittent" or "permanent"
end

---------------------------------------------------------------------------------------------------------------------

--- Reads of `reg` give `value`, or what the function `value` gives for the event (nil: the true one). Returns the
--- trigger.
---@param reg fi.Sysreg
---@param value integer|fun(ev: fi.SysregEvent): integer?
---@param opts? fi.option.on_pc
---@return fi.Trigger
function sysreg.override(reg, value, opts)
    local what = "sysreg.override"
    if math.type(value) ~= "integer" and type(value) ~= "function" then
        fail(2, "%s: the value must be an integer or a function, not a %s", what, type(value))
    end
    opts = check_options(2, what, opts, {})
    need_set_pc(2, what)
    local info = {model = "value", duration = duration_of(opts)}
    local trigger = blame(2, fi.on_sysreg_read, reg, opts, function(ev)
        local result = value
        if type(value) == "function" then
            result = value(ev)
        end
        return result, info
    end)
    return trigger
end

local Freeze = {}
Freeze.__index = Freeze

--- Ends the fault.
function Freeze:remove()
    self.trigger:remove()
end

--- From its first read on, `reg` keeps giving that read's value, on each vCPU its own. Returns a table with `trigger`,
--- `values` (by vCPU) and remove().
---@param reg fi.Sysreg
---@param opts? fi.sysreg.FreezeOptions
---@return fi.sysreg.Freeze
function sysreg.freeze(reg, opts)
    local what = "sysreg.freeze"
    opts = check_options(2, what, opts, {every = true, limit = true, total = true})
    need_set_pc(2, what)
    local freeze = setmetatable({values = {}}, Freeze)
    local values = freeze.values
    local info = {model = "frozen", duration = opts.when and "intermittent" or "permanent"}
    freeze.trigger = blame(2, fi.on_sysreg_read, reg, opts, function(ev)
        local vcpu = ev.vcpu
        if values[vcpu] then
            return values[vcpu], info
        elseif ev.rt ~= ZERO_REGISTER then
            -- What was read is in a general register when the next instruction executes.
            local register = "x" .. ev.rt
            local behind = {vcpu = vcpu, limit = 1, name = ev.trigger.name .. ": first value"}
            fi.on_pc(ev.pc + INSN_SIZE, behind, function()
                values[vcpu] = values[vcpu] or cpu[register]
            end)
        end
    end)
    return freeze
end

local function check_bits(level, what, bit)
    local bits = type(bit) == "table" and bit or {bit}
    local mask = 0
    for i = 1, #bits do
        if math.type(bits[i]) ~= "integer" or bits[i] < 0 or bits[i] > 63 then
            fail(level + 1, "%s: a bit is a whole number from 0 to 63, not %s", what, tostring(bits[i]))
        end
        mask = mask | 1 << bits[i]
    end
    if mask == 0 then
        fail(level + 1, "%s: at least one bit number", what)
    end
    return mask, table.concat(bits, ",")
end

local Stuck = {}
Stuck.__index = Stuck

--- Ends the fault.
function Stuck:remove()
    self.read:remove()
    self.write:remove()
    for _, place in pairs(self._places) do
        place.trigger:remove()
    end
end

-- One trigger for each place behind an MRS; what was read there by which vCPU is noted until it gets there.
function Stuck:_behind(ev, force)
    local pc = ev.pc + INSN_SIZE
    local place = self._places[pc]
    if not place then
        place = {expected = {}}
        self._places[pc] = place
        place.trigger = fi.on_pc(pc, {name = ev.trigger.name}, function(behind)
            local register = place.expected[behind.vcpu]
            place.expected[behind.vcpu] = nil
            if register then
                force(register)
            end
        end)
    end
    place.expected[ev.vcpu] = "x" .. ev.rt
end

--- Bit `bit` (or each of a list) of `reg` is stuck at `value`, 0 or 1: MSR writes it so and MRS reads it so. Returns a
--- table with the triggers `read` and `write`, `forced` (how often a bit had to be changed) and remove().
---@param reg fi.Sysreg
---@param bit integer|integer[]
---@param value 0|1
---@param opts? fi.sysreg.Held
---@return fi.sysreg.Stuck
function sysreg.stuck_at(reg, bit, value, opts)
    local what = "sysreg.stuck_at"
    local mask, bits = check_bits(2, what, bit)
    if value ~= 0 and value ~= 1 then
        fail(2, "%s: the value must be 0 or 1, not %s", what, tostring(value))
    end
    opts = check_options(2, what, opts, {after = true, every = true, limit = true, total = true})
    need_set_pc(2, what)
    local stuck = setmetatable({forced = 0, _places = {}}, Stuck)
    local info = {
        model = "stuck-at-" .. value, duration = opts.when and "intermittent" or "permanent", bits = bits,
    }
    local function forced(old)
        local new = value == 1 and old | mask or old & ~mask
        stuck.forced = stuck.forced + (new ~= old and 1 or 0)
        return new ~= old and new or nil
    end
    stuck.read = blame(2, fi.on_sysreg_read, reg, opts, function(ev)
        local name = ev.name
        if ev.rt ~= ZERO_REGISTER then
            stuck:_behind(ev, function(register)
                local new = forced(cpu[register])
                if new then
                    cpu:write(register, new, {
                        model = info.model, duration = info.duration, bits = info.bits, sysreg = name,
                    })
                end
            end)
        end
    end)
    stuck.write = blame(2, fi.on_sysreg_write, reg, opts, function(ev)
        -- The data of an MSR (immediate), and without the capability of one from XZR, cannot be changed; reads are.
        if ev.rt and (ev.rt ~= ZERO_REGISTER or fi.has("sysreg_write")) then
            return forced(ev.value), info
        end
    end)
    return stuck
end

--- MSRs that write `reg` do not execute. Returns the trigger.
---@param reg fi.Sysreg
---@param opts? fi.option.on_pc
---@return fi.Trigger
function sysreg.drop_writes(reg, opts)
    local what = "sysreg.drop_writes"
    opts = check_options(2, what, opts, {})
    need_set_pc(2, what)
    local info = {model = "dropped-write", duration = duration_of(opts)}
    local trigger = blame(2, fi.on_sysreg_write, reg, opts, function()
        return fi.DROP, info
    end)
    return trigger
end

return sysreg
