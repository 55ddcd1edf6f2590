-- SPDX-License-Identifier: MIT
--
-- fi.mmio: faults of device registers, as the guest's accesses meet them. Described in docs/stdlib.md.
--
--     local mmio = require "fi.mmio"
--     mmio.stuck_bits("pl011", {offset = 0x18, bit = 5, value = 1})           -- the transmit FIFO is always full
--     mmio.delayed_ready(0x0900003c, {bit = 5, ns = 2000000})                 -- 2 ms late
--     mmio.intermittent_read("pl031", {offset = 0, probability = 0.01, xor = 0x80})
--     mmio.lost_write(0x09010004, {limit = 1})
--     mmio.bus_error("pl061", {read = true, after = 3})
--     mmio.override(0x09010000, function(ev) return ev.value + 3600 end)
--
-- All of them arm triggers and may be called anywhere. What an option can get wrong is found then (whether there is
-- such a device, at the latest when the machine is there), and blamed on the caller's line.

local options = require "fi.options"

---@alias fi.mmio.Where integer|string|fi.MmioPlace
---@alias fi.mmio.Duration "permanent"|{ns: integer?, insns: integer?, until_trigger: fi.Trigger?}

---@class fi.mmio.Common
---@field offset? integer with a device's name: which of its registers
---@field size? integer bytes of the register; default: 4
---@field dma? boolean
---@field duration? fi.mmio.Duration
---@field vcpu? integer
---@field el? integer
---@field after? integer
---@field when? fi.Condition
---@field name? string

---@class fi.mmio.Options: fi.mmio.Common
---@field every? integer
---@field limit? integer
---@field total? boolean

---@class fi.mmio.StuckBits: fi.mmio.Options
---@field bit? integer
---@field bits? integer[]
---@field mask? integer
---@field value 0|1
---@field writes? boolean the device is written them so, too

---@class fi.mmio.DelayedReady: fi.mmio.Common
---@field bit? integer
---@field bits? integer[]
---@field mask? integer
---@field value? 0|1 what it is when the device is ready; default: 1
---@field reads? number
---@field ns? integer
---@field never? boolean
---@field times? integer

---@class fi.mmio.IntermittentRead: fi.mmio.Options
---@field probability? number
---@field value? integer
---@field xor? integer
---@field error? boolean

---@class fi.mmio.LostWrite: fi.mmio.Options
---@field value? integer
---@field mask? integer
---@field probability? number

---@class fi.mmio.BusError: fi.mmio.Options
---@field read? boolean
---@field write? boolean
---@field probability? number

---@class fi.mmio.Fault
---@field trigger fi.Trigger that of the reads if there are two
---@field active boolean
---@field injected integer accesses that were changed, failed or lost
---@field remove fun(self: fi.mmio.Fault)

---@class fi.mmio
local mmio = {}

local fail, blame, check_count, set_of = options.fail, options.blame, options.check_count, options.set_of

local BITS_PER_BYTE = 8
local DEFAULT_SIZE = 4          -- bytes of a register
local LARGEST_REGISTER = 8      -- bytes, what one access can be

local PLACE_OPTIONS = {"offset", "size"}
local FAULT_OPTIONS = {"dma", "duration"}

local function need(level, what, capability)
    if not fi.has(capability) then
        fail(level + 1, "%s needs the capability '%s', which this QEMU lacks: %s", what, capability,
             fi.caps()[capability].needs)
    end
end

---------------------------------------------------------------------------------------------------------------------
-- Places. That of a register has `base`, its address or its offset in `device`, and `size`. That of a whole device or
-- of more than one register has `where`, for on_mmio_read as it is: there, bits and values are those of each access.

local function range(device, base, size)
    return device and {device, offset = base, size = size} or {base, size = size}
end

local function register(device, base, size)
    local place = {label = device and string.format("%s+0x%x", device, base) or string.format("0x%x", base)}
    if size >= 1 and size <= LARGEST_REGISTER then
        place.device, place.base, place.size = device, base, size
    else
        place.where = range(device, base, size)
    end
    return place
end

-- {lo, hi}, {address, size = n}, {device, offset = n, size = n}; what is wrong with it on_mmio_read will say.
local function place_of_table(where)
    local base, size, device = where[1], where.size, nil
    if type(base) == "string" then
        base, device = where.offset, base
        size = size == nil and DEFAULT_SIZE or size
    elseif math.type(base) == "integer" and math.type(where[2]) == "integer" and size == nil then
        size = where[2] - base
    end
    if math.type(base) == "integer" and math.type(size) == "integer" and size > 0 then
        return register(device, base, size)
    end
    return {where = where, label = tostring(where[1])}
end

local function check_place_options(level, what, where, opts)
    if opts.offset ~= nil then
        check_count(level + 1, what, "offset", opts.offset, 0)
    end
    if opts.size ~= nil then
        check_count(level + 1, what, "size", opts.size, 1)
    end
    if type(where) == "table" and (opts.offset ~= nil or opts.size ~= nil) then
        fail(level + 1, "%s: offset and size go with an address or a device's name; a range has its own", what)
    elseif type(where) == "string" and opts.size ~= nil and opts.offset == nil then
        fail(level + 1, "%s: size needs offset: which register of %s is it?", what, where)
    end
end

local function place_of(level, what, where, opts)
    check_place_options(level + 1, what, where, opts)
    if type(where) == "table" then
        return place_of_table(where)
    elseif math.type(where) == "integer" then
        return register(nil, where + (opts.offset or 0), opts.size or DEFAULT_SIZE)
    elseif type(where) == "string" and opts.offset then
        return register(where, opts.offset, opts.size or DEFAULT_SIZE)
    end
    return {where = where, label = tostring(where)}
end

-- What on_mmio_read takes: of a register only the bytes in which these bits are, so that others are no hits.
local function where_of(place, mask)
    if not place.base then
        return place.where
    end
    local first, last = 0, place.size - 1
    if mask then
        local bits = options.mask_to_bits(mask)
        first, last = bits[1] // BITS_PER_BYTE, bits[#bits] // BITS_PER_BYTE
    end
    return range(place.device, place.base + first, last - first + 1)
end

local function width_mask(size)
    return size < 8 and (1 << BITS_PER_BYTE * size) - 1 or -1
end

-- Bits of the register where this access has them.
local function in_access(place, ev, bits)
    local ahead = place.base and (place.device and ev.offset or ev.paddr) - place.base or 0
    local moved = ahead >= 0 and bits >> BITS_PER_BYTE * ahead or bits << BITS_PER_BYTE * -ahead
    return moved & width_mask(ev.size)
end

-- The access's data with the register's value in it. What the access has of other registers is asked of the device,
-- what it has of this one only if `ask` says so; nil if the device does not answer.
local function with_value(place, ev, value, ask)
    if not place.base then
        return (not ask or ev.value) and value
    end
    local mask = in_access(place, ev, width_mask(place.size))
    local new = in_access(place, ev, value & width_mask(place.size))
    if not ask and mask == width_mask(ev.size) then
        return new
    end
    return ev.value and ev.value & ~mask | new
end

---------------------------------------------------------------------------------------------------------------------
-- Faults

local Fault = {}
Fault.__index = Fault

--- Ends the fault.
function Fault:remove()
    self.active = false
    for _, trigger in ipairs(self._triggers) do
        trigger:remove()
    end
end

local function duration_of(opts)
    if opts.limit == 1 then
        return "transient"
    elseif opts.limit or opts.every or opts.when or opts.probability then
        return "intermittent"
    end
    return options.is_permanent(opts.duration) and "permanent" or "transient"
end

local function check_probability(level, what, probability)
    if probability ~= nil and (type(probability) ~= "number" or not (probability > 0 and probability <= 1)) then
        fail(level + 1, "%s: probability must be a number above 0, up to 1, not %s", what, tostring(probability))
    end
end

-- `limit` counts the accesses that the fault is due for. Where there are several triggers or chance decides, that is
-- not the trigger's count but `_due` here.
local function new_handler(fault, inject, opts, counted_here)
    return function(ev)
        if opts.probability and fi.rng() >= opts.probability then
            return nil
        end
        fault._due = fault._due + 1
        if fault._due == opts.limit then
            fault.active = false
            if counted_here then
                fault:remove()
            end
        end
        local result = inject(ev)
        if result == nil then
            return nil
        end
        fault.injected = fault.injected + 1
        return result, fault._info
    end
end

local function new_fault(opts, model, extra)
    return setmetatable({
        active = true,
        injected = 0,
        _due = 0,
        _triggers = {},
        _info = {model = model, duration = extra.duration or duration_of(opts), bits = extra.bits},
    }, Fault)
end

-- Arms a fault: `hooks` are {on_mmio_read or on_mmio_write, function of the event that returns the handler's result}.
-- `extra`: `value` and `mask` for the triggers, `bit_mask` for the place, `bits` and `duration` for the journal.
local function arm(level, what, place, opts, model, hooks, extra)
    check_probability(level + 1, what, opts.probability)
    options.check_duration(level + 1, what, opts.duration, {})
    if opts.limit ~= nil then
        check_count(level + 1, what, "limit", opts.limit, 1)
    end
    local fault = new_fault(opts, model, extra)
    local counted_here = #hooks > 1 or opts.probability ~= nil
    local trigger_opts = options.for_trigger(opts, {
        name = opts.name or model .. " " .. place.label, dma = opts.dma, value = extra.value, mask = extra.mask,
        _place = options.place(level + 1),
    })
    if counted_here then
        trigger_opts.limit = nil
    end
    local where = where_of(place, extra.bit_mask)
    for i, hook in ipairs(hooks) do
        fault._triggers[i] = blame(level + 1, hook[1], where, trigger_opts,
                                   new_handler(fault, hook[2], opts, counted_here))
    end
    fault.trigger = fault._triggers[1]
    local timer = blame(level + 1, options.end_after, opts.duration, function()
        fault:remove()
    end)
    fault._triggers[#fault._triggers + 1] = timer
    return fault
end

---------------------------------------------------------------------------------------------------------------------
-- Bits

local function bits_text(mask)
    return table.concat(options.mask_to_bits(mask), ",")
end

local function check_bit_width(level, what, place, mask)
    local bits = options.mask_to_bits(mask)
    local width = BITS_PER_BYTE * (place.size or LARGEST_REGISTER)
    if bits[#bits] >= width then
        fail(level + 1, "%s: bit %d is outside of %s, which has %d bits; size says how many bytes a register has", what,
             bits[#bits], place.label, width)
    end
end

local function bits_to_mask(level, what, place, bits)
    options.check_bits(level + 1, what, bits)
    local mask = 0
    for _, bit in ipairs(bits) do
        if bit >= BITS_PER_BYTE * LARGEST_REGISTER then
            fail(level + 1, "%s: bit %d is outside of %s: a register has at most 64 bits", what, bit, place.label)
        end
        mask = mask | 1 << bit
    end
    return mask
end

-- The mask that bit, bits or mask says.
local function mask_of(level, what, place, opts)
    local named = (opts.bit ~= nil and 1 or 0) + (opts.bits ~= nil and 1 or 0) + (opts.mask ~= nil and 1 or 0)
    local mask = opts.mask
    if named ~= 1 then
        fail(level + 1, "%s: needs exactly one of bit, bits and mask", what)
    elseif mask ~= nil then
        options.check_mask(level + 1, what, "mask", mask)
    elseif opts.bit ~= nil then
        check_count(level + 1, what, "bit", opts.bit, 0)
        mask = bits_to_mask(level + 1, what, place, {opts.bit})
    else
        mask = bits_to_mask(level + 1, what, place, opts.bits)
    end
    check_bit_width(level + 1, what, place, mask)
    return mask
end

-- The changed value, or nil if it is the old one, so that the journal shows changes only.
local function changed(old, new)
    return new ~= old and new or nil
end

local STUCK_OPTIONS = set_of(PLACE_OPTIONS, FAULT_OPTIONS, options.TRIGGER, {"bit", "bits", "mask", "value", "writes"})

--- Bits that read as 0 or 1 whatever the device says; with `writes`, the device is written them so, too.
---@param where fi.mmio.Where
---@param opts fi.mmio.StuckBits
---@return fi.mmio.Fault
function mmio.stuck_bits(where, opts)
    local what = "mmio.stuck_bits"
    options.check(2, what, opts, STUCK_OPTIONS)
    if opts.value ~= 0 and opts.value ~= 1 then
        fail(2, "%s: value must be 0 or 1", what)
    elseif opts.writes ~= nil and type(opts.writes) ~= "boolean" then
        fail(2, "%s: writes must be true or false", what)
    end
    local place = place_of(2, what, where, opts)
    local mask = mask_of(2, what, place, opts)
    local function force(ev)
        local old = ev.value
        local bits = in_access(place, ev, mask)
        return old and changed(old, opts.value == 1 and old | bits or old & ~bits)
    end
    local hooks = {{fi.on_mmio_read, force}}
    if opts.writes then
        need(2, what .. " with writes", "mmio")
        hooks[2] = {fi.on_mmio_write, force}
    end
    local fault = arm(2, what, place, opts, "stuck-at-" .. opts.value, hooks,
                      {bits = bits_text(mask), bit_mask = mask})
    return fault
end

local DELAY_OPTIONS = set_of(PLACE_OPTIONS, FAULT_OPTIONS, {"bit", "value", "reads", "ns", "never", "times"},
                             {"vcpu", "el", "after", "when", "name"})

local function check_delay(level, what, opts)
    local named = (opts.reads ~= nil and 1 or 0) + (opts.ns ~= nil and 1 or 0) + (opts.never and 1 or 0)
    if named ~= 1 then
        fail(level + 1, "%s: needs exactly one of reads, ns and never = true", what)
    elseif opts.never ~= nil and opts.never ~= true then
        fail(level + 1, "%s: never is true or left out", what)
    elseif opts.value ~= nil and opts.value ~= 0 and opts.value ~= 1 then
        fail(level + 1, "%s: value must be 0 or 1: what the flag is when it is ready", what)
    end
    for _, name in ipairs{"reads", "ns", "times"} do
        if opts[name] ~= nil and opts[name] ~= math.huge then
            check_count(level + 1, what, name, opts[name], 1)
        end
    end
    if opts.ns ~= nil then
        need(level + 1, what .. " with ns", "clock")
    end
end

-- Is the flag, which the device has set, to be kept from this read? `seen` is about the reads since it was set.
local function still_hidden(opts, seen)
    if opts.never then
        return true
    elseif opts.reads then
        return seen.reads <= opts.reads
    end
    seen.since = seen.since or fi.now_ns()
    return fi.now_ns() - seen.since < opts.ns
end

local function duration_of_delay(opts)
    local endless = opts.never or opts.reads == math.huge or opts.ns == math.huge
    if opts.times == 1 or not options.is_permanent(opts.duration) then
        return "transient"
    end
    return endless and not opts.times and not opts.when and "permanent" or "intermittent"
end

--- A flag that the guest sees only some reads, or some virtual time, after the first read that finds it set; or never.
---@param where fi.mmio.Where
---@param opts fi.mmio.DelayedReady
---@return fi.mmio.Fault
function mmio.delayed_ready(where, opts)
    local what = "mmio.delayed_ready"
    options.check(2, what, opts, DELAY_OPTIONS)
    check_delay(2, what, opts)
    local place = place_of(2, what, where, opts)
    if opts.bit == nil then
        fail(2, "%s: needs bit, the number of the flag", what)
    end
    local mask = mask_of(2, what, place, {bit = opts.bit})
    local ready = opts.value or 1
    local times = 0
    local seen      -- since the flag was set, nil while it is not
    local function hide(ev)
        local bit = in_access(place, ev, mask)
        local value = ev.value
        if not value or bit == 0 then
            return nil
        elseif (value & bit ~= 0) ~= (ready == 1) then
            seen = nil
            return nil
        end
        if not seen then
            seen = {reads = 0}
            times = times + 1
        end
        seen.reads = seen.reads + 1
        if times <= (opts.times or math.huge) and still_hidden(opts, seen) then
            return value ~ bit
        end
        return nil
    end
    local fault = arm(2, what, place, opts, "delayed-ready", {{fi.on_mmio_read, hide}},
                      {bits = bits_text(mask), bit_mask = mask, duration = duration_of_delay(opts)})
    return fault
end

---------------------------------------------------------------------------------------------------------------------
-- Accesses

local function check_value(level, what, name, place, value)
    if math.type(value) ~= "integer" then
        fail(level + 1, "%s: %s must be a whole number, not a %s", what, name, math.type(value) or type(value))
    end
    local size = place.size or LARGEST_REGISTER
    local rest = size < 8 and value >> BITS_PER_BYTE * size or 0
    if rest ~= 0 and value >= 0 or value < -1 << BITS_PER_BYTE * size - 1 then
        fail(level + 1, "%s: the value 0x%x does not fit the %d bytes of %s; size says how many a register has", what,
             value, size, place.label)
    end
end

-- What an intermittent read does: a function of the event, and the bits for the journal.
local function read_fault(level, what, place, opts)
    local named = (opts.value ~= nil and 1 or 0) + (opts.xor ~= nil and 1 or 0) + (opts.error and 1 or 0)
    if named ~= 1 or opts.error ~= nil and opts.error ~= true then
        fail(level + 1, "%s: needs exactly one of value, xor and error = true", what)
    elseif opts.error ~= nil then
        need(level + 1, what .. " with error", "mmio")
        return function()
            return fi.BUS_ERROR
        end
    elseif opts.value ~= nil then
        check_value(level + 1, what, "value", place, opts.value)
        return function(ev)
            return with_value(place, ev, opts.value, true)
        end
    end
    options.check_mask(level + 1, what, "xor", opts.xor)
    check_bit_width(level + 1, what, place, opts.xor)
    return function(ev)
        local old = ev.value
        return old and changed(old, old ~ in_access(place, ev, opts.xor))
    end, opts.xor
end

local INTERMITTENT_OPTIONS = set_of(PLACE_OPTIONS, FAULT_OPTIONS, options.TRIGGER,
                                    {"probability", "value", "xor", "error"})

--- Some reads give another value or fail: by chance, or each n-th.
---@param where fi.mmio.Where
---@param opts fi.mmio.IntermittentRead
---@return fi.mmio.Fault
function mmio.intermittent_read(where, opts)
    local what = "mmio.intermittent_read"
    options.check(2, what, opts, INTERMITTENT_OPTIONS)
    if (opts.probability ~= nil) == (opts.every ~= nil) then
        fail(2, "%s: needs exactly one of probability and every", what)
    end
    local place = place_of(2, what, where, opts)
    local inject, mask = read_fault(2, what, place, opts)
    local fault = arm(2, what, place, opts, "intermittent-read", {{fi.on_mmio_read, inject}},
                      {bits = mask and bits_text(mask), bit_mask = mask})
    return fault
end

local LOST_OPTIONS = set_of(PLACE_OPTIONS, FAULT_OPTIONS, options.TRIGGER, {"probability", "value", "mask"})

--- Writes that do not reach the device, all or, with value and mask, those of certain data.
---@param where fi.mmio.Where
---@param opts? fi.mmio.LostWrite
---@return fi.mmio.Fault
function mmio.lost_write(where, opts)
    local what = "mmio.lost_write"
    opts = opts == nil and {} or opts
    options.check(2, what, opts, LOST_OPTIONS)
    need(2, what, "mmio")
    local place = place_of(2, what, where, opts)
    local fault = arm(2, what, place, opts, "lost-write", {{fi.on_mmio_write, function()
        return fi.DROP
    end}}, {value = opts.value, mask = opts.mask})
    return fault
end

local ERROR_OPTIONS = set_of(PLACE_OPTIONS, FAULT_OPTIONS, options.TRIGGER, {"probability", "read", "write"})

--- Accesses that fail with a bus error: reads, writes, or both if neither is said.
---@param where fi.mmio.Where
---@param opts? fi.mmio.BusError
---@return fi.mmio.Fault
function mmio.bus_error(where, opts)
    local what = "mmio.bus_error"
    opts = opts == nil and {} or opts
    options.check(2, what, opts, ERROR_OPTIONS)
    need(2, what, "mmio")
    for _, name in ipairs{"read", "write"} do
        if opts[name] ~= nil and type(opts[name]) ~= "boolean" then
            fail(2, "%s: %s must be true or false", what, name)
        end
    end
    local both = opts.read == nil and opts.write == nil
    local place = place_of(2, what, where, opts)
    local function inject()
        return fi.BUS_ERROR
    end
    local hooks = {}
    if both or opts.read then
        hooks[1] = {fi.on_mmio_read, inject}
    end
    if both or opts.write then
        hooks[#hooks + 1] = {fi.on_mmio_write, inject}
    end
    if #hooks == 0 then
        fail(2, "%s: neither reads nor writes are to fail", what)
    end
    local fault = arm(2, what, place, opts, "bus-error", hooks, {})
    return fault
end

local OVERRIDE_OPTIONS = set_of(PLACE_OPTIONS, FAULT_OPTIONS, options.TRIGGER)

--- Reads give `value`, without the device, or what the function `value` makes of the event.
---@param where fi.mmio.Where
---@param value integer|fun(ev: fi.MmioEvent): integer?
---@param opts? fi.mmio.Options
---@return fi.mmio.Fault
function mmio.override(where, value, opts)
    local what = "mmio.override"
    opts = opts == nil and {} or opts
    options.check(2, what, opts, OVERRIDE_OPTIONS)
    local place = place_of(2, what, where, opts)
    local inject = value
    if type(value) ~= "function" then
        check_value(2, what, "the value", place, value)
        inject = function(ev)
            return with_value(place, ev, value, false)
        end
    end
    local fault = arm(2, what, place, opts, "value", {{fi.on_mmio_read, inject}}, {})
    return fault
end

return mmio
