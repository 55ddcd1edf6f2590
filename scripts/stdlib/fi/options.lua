-- SPDX-License-Identifier: MIT
--
-- fi.options: what the modules of the standard library that arm faults have in common: checking what they are given,
-- and errors that name the caller's line. Not for scenarios.

---@class fi.options
local options = {}

-- Modules whose own lines say nothing to the caller.
local MODULES = {btf = true, faults = true, gic_line = true, guest_clock = true, irq_storm = true, klog = true,
                 kmemory = true, kmodules = true, linux = true, mmio = true, options = true, scenario = true,
                 serror = true, sysreg = true, verdict = true}

--- The options of triggers that count accesses or executions.
options.TRIGGER = {"vcpu", "el", "after", "every", "limit", "total", "when", "name"}

---------------------------------------------------------------------------------------------------------------------
-- Errors. `level` is that of the line to blame, counted as error() does in the function that gets it.

--- Raises an error at `level`.
---@param level integer
---@param ... any
function options.fail(level, ...)
    error(string.format(...), level + 1)
end

-- The error's own place is in one of the modules or in C: drop it where the caller's is put in front.
local function without_place(message)
    local text = tostring(message)
    local module, rest = text:match("^[^\n]-fi/([%w_/]+)%.lua:%d+: ()")
    return module and (MODULES[module] or module:find("^scenarios/")) and text:sub(rest) or text
end

--- Calls fn and blames its errors on the line at `level`.
---@param level integer
---@param fn function
---@param ... any
---@return any
function options.blame(level, fn, ...)
    local results = table.pack(pcall(fn, ...))
    if not results[1] then
        error(without_place(results[2]), level + 1)
    end
    return table.unpack(results, 2, results.n)
end

--- "file:line: " at `level`, for errors that come up when the armed fault is due.
---@param level integer
---@return string
function options.place(level)
    local _, text = pcall(error, "", level + 2)
    return text
end

--- Calls fn and blames its errors on `where`, which place() gave.
---@param where string
---@param fn function
---@param ... any
---@return any
function options.blame_place(where, fn, ...)
    local results = table.pack(pcall(fn, ...))
    if not results[1] then
        error(where .. without_place(results[2]), 0)
    end
    return table.unpack(results, 2, results.n)
end

---------------------------------------------------------------------------------------------------------------------
-- Tables of options

--- The set of all names in some lists.
---@param ... string[]
---@return table<string, true>
function options.set_of(...)
    local set = {}
    for _, list in ipairs{...} do
        for _, key in ipairs(list) do
            set[key] = true
        end
    end
    return set
end

local function sorted_keys(set)
    local keys = {}
    for key in pairs(set) do
        keys[#keys + 1] = tostring(key)
    end
    table.sort(keys)
    return keys
end

--- An error unless opts is a table whose keys are all in `known`.
---@param level integer
---@param what string
---@param opts any
---@param known table<string, true>
function options.check(level, what, opts, known)
    if type(opts) ~= "table" then
        options.fail(level + 1, "%s: the options must be a table, not a %s", what, type(opts))
    end
    for key in pairs(opts) do
        if not known[key] then
            options.fail(level + 1, "%s: unknown option '%s' (known: %s)", what, tostring(key),
                         table.concat(sorted_keys(known), ", "))
        end
    end
end

--- An error unless value is a whole number from `least` on.
---@param level integer
---@param what string
---@param name string
---@param value any
---@param least integer
function options.check_count(level, what, name, value, least)
    if math.type(value) ~= "integer" or value < least then
        options.fail(level + 1, "%s: %s must be a whole number from %d on", what, name, least)
    end
end

--- The options for the trigger, and what overrides them.
---@param opts table
---@param overrides? table
---@return table
function options.for_trigger(opts, overrides)
    local result = {}
    for _, key in ipairs(options.TRIGGER) do
        result[key] = opts[key]
    end
    for key, value in pairs(overrides or {}) do
        result[key] = value
    end
    return result
end

---------------------------------------------------------------------------------------------------------------------
-- Places

-- "symbol+0x10": its symbol, sign and number; only the whole of it without an offset
local function split_offset(symbol)
    local name, sign, offset = symbol:match("^%s*(.-)%s*([+-])%s*(%w+)%s*$")
    offset = math.tointeger(tonumber(offset or ""))
    if not offset then
        return symbol, nil
    end
    return name, sign == "+" and offset or -offset
end

--- Is this a symbol, with or without an offset, of a map of which it is not known yet where it is, or what it has?
---@param symbol string
---@return boolean
function options.is_awaited(symbol)
    local name = split_offset(symbol)
    for _, map in ipairs(fi.symbols.maps()) do
        if not map.slide then
            local own = name:sub(1, #map.name + 1) == map.name .. ":" and name:sub(#map.name + 2)
            local pattern = "^" .. (own or name):gsub("%p", "%%%0") .. "$"
            if own and map.symbols == 0 or #fi.symbols.find(pattern, map.name) > 0 then
                return true
            end
        end
    end
    return false
end

--- The address that a symbol with or without an offset means, and the size of the object if it is one.
---@param symbol string
---@return integer address, integer? size
function options.address_of(symbol)
    local found, address, size, kind = pcall(fi.symbol, symbol)
    if found then
        return address, kind == "object" and size > 0 and size or nil
    end
    local name, offset = split_offset(symbol)
    if not offset then
        fi.symbol(symbol)       -- raises the error that tells near names
    end
    return (fi.symbol(name)) + offset, nil
end

--- All of the function, or with `objects` also of the object, that a symbol names, for on_pc and its like, also if its
--- map is not known yet. Any other place is itself.
---@param where fi.Where
---@param objects? boolean
---@return fi.Where
function options.whole(where, objects)
    if type(where) ~= "string" then
        return where
    end
    local known, _, size, kind = pcall(fi.symbol, where)
    local fits = known and size > 0 and (objects and kind ~= "other" or kind == "func")
    local awaited = not known and not select(2, split_offset(where)) and options.is_awaited(where)
    return (fits or awaited) and {where} or where
end

---------------------------------------------------------------------------------------------------------------------
-- Bits: lists of numbers

--- An error unless bits is a list of different bit numbers.
---@param level integer
---@param what string
---@param bits any
function options.check_bits(level, what, bits)
    if type(bits) ~= "table" or #bits == 0 then
        options.fail(level + 1, "%s: bits must be a list of at least one bit number", what)
    end
    local seen = {}
    for _, bit in ipairs(bits) do
        options.check_count(level + 1, what, "each of bits", bit, 0)
        if seen[bit] then
            options.fail(level + 1, "%s: bit %d is named twice", what, bit)
        end
        seen[bit] = true
    end
end

--- An error unless mask is an integer in which some bit is set.
---@param level integer
---@param what string
---@param name string
---@param mask any
function options.check_mask(level, what, name, mask)
    if math.type(mask) ~= "integer" or mask == 0 then
        options.fail(level + 1, "%s: %s must be a whole number other than 0", what, name)
    end
end

--- Different bits of so many, chosen by the seed.
---@param n integer
---@param width integer
---@return integer[]
function options.random_bits(n, width)
    local bits, taken = {}, {}
    while #bits < n do
        local bit = fi.rng(0, width - 1)
        if not taken[bit] then
            taken[bit] = true
            bits[#bits + 1] = bit
        end
    end
    return bits
end

--- The numbers of the bits that are set, in ascending order.
---@param mask integer
---@return integer[]
function options.mask_to_bits(mask)
    local bits = {}
    for bit = 0, 63 do
        if mask & (1 << bit) ~= 0 then
            bits[#bits + 1] = bit
        end
    end
    return bits
end

---------------------------------------------------------------------------------------------------------------------
-- How long a fault lasts: "permanent", {insns = n}, {ns = t}, {until_trigger = t}, and what else a module counts itself

local function durations_text(extra)
    local list = {"\"permanent\"", "{insns = n}", "{ns = t}"}
    for _, key in ipairs(extra) do
        list[#list + 1] = "{" .. key .. " = n}"
    end
    return table.concat(list, ", ") .. " or {until_trigger = t}"
end

--- An error unless duration is nil or one of those above, or has the one key from the list `extra`.
---@param level integer
---@param what string
---@param duration any
---@param extra string[]
function options.check_duration(level, what, duration, extra)
    if duration == nil or duration == "permanent" then
        return
    end
    local keys = options.set_of({"insns", "ns", "until_trigger"}, extra)
    local key = type(duration) == "table" and next(duration)
    if not keys[key] or next(duration, key) ~= nil then
        options.fail(level + 1, "%s: duration must be %s", what, durations_text(extra))
    elseif key ~= "until_trigger" then
        options.check_count(level + 1, what, "duration." .. key, duration[key], 1)
    elseif type(duration.until_trigger) ~= "userdata" then
        options.fail(level + 1, "%s: until_trigger must be a trigger made with a nil handler", what)
    end
end

--- Is there no end to it?
---@param duration any
---@return boolean
function options.is_permanent(duration)
    return duration == nil or duration == "permanent"
end

--- Has `remove` called when the time is over. Returns the trigger that waits for that, if there is one.
---@param duration any
---@param remove fun()
---@return fi.Trigger?
function options.end_after(duration, remove)
    if options.is_permanent(duration) then
        return nil
    elseif duration.insns then
        return fi.after_insns(duration.insns, remove)
    elseif duration.ns then
        return fi.after_ns(duration.ns, remove)
    elseif duration.until_trigger then
        fi.task(function()
            fi.wait(duration.until_trigger)
            remove()
        end)
    end
    return nil
end

return options
