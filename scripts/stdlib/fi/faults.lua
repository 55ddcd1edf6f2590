-- SPDX-License-Identifier: MIT
--
-- fi.faults: the fault models of the literature as functions. Described in docs/stdlib.md.
--
--     local faults = require "fi.faults"
--     faults.flip_at("checksum_add", {reg = "w3", bit = 7, after = 99})      -- SEU, transient
--     faults.stuck_at{mem = "buffer", size = 4, bit = 0, value = 1}          -- stuck-at-1, permanent
--     faults.skip("checksum_rotate", {persistence = "once"})
--
-- flip and set act at once, in a handler or task; the other functions arm triggers and may be called anywhere. What
-- an option can get wrong is found when the fault is armed, and blamed on the caller's line.

local options = require "fi.options"

---@class fi.faults.Target
---@field reg? string a register of the current vCPU, by any name that cpu knows
---@field mem? integer|string memory by vaddr: an address, or a symbol with or without an offset
---@field phys? integer|string memory or a device register by paddr
---@field size? integer bytes of memory; default: the object's size, otherwise 4

---@class fi.faults.Bits
---@field bit? integer one bit
---@field bits? integer[] these bits
---@field nbits? integer n different bits, by fi.rng
---@field adjacent? boolean with nbits: neighbouring ones

---@class fi.faults.Counting
---@field vcpu? integer
---@field el? integer
---@field after? integer
---@field every? integer
---@field total? boolean
---@field when? fi.Condition
---@field name? string

---@class fi.faults.Flip: fi.faults.Target, fi.faults.Bits
---@class fi.faults.FlipAt: fi.faults.Flip, fi.option.on_pc

---@class fi.faults.Set: fi.faults.Target
---@field value integer|string

---@class fi.faults.SetAt: fi.faults.Set, fi.option.on_pc

---@class fi.faults.StuckAtOptions: fi.faults.Target
---@field bit? integer
---@field bits? integer[]
---@field mask? integer
---@field value 0|1
---@field within? fi.Where registers only: the code in which the register is held
---@field duration? fi.faults.Duration
---@field vcpu? integer
---@field el? integer
---@field name? string

---@alias fi.faults.Duration "permanent"|{insns: integer?, ns: integer?, hits: integer?, until_trigger: fi.Trigger?}
---@alias fi.faults.Persistence "once"|"always"|{n: integer}

---@class fi.faults.Skip: fi.faults.Counting
---@field persistence fi.faults.Persistence

---@class fi.faults.CorruptOpcode: fi.faults.Skip, fi.faults.Bits

---@class fi.faults.CorruptReturn: fi.faults.Counting, fi.faults.Bits
---@field value? integer|string
---@field reg? string default: x0 or r0
---@field persistence? fi.faults.Persistence counts calls; default: "once"

---@class fi.faults.StuckAt
---@field trigger fi.Trigger
---@field active boolean
---@field forced integer how often bits had to be changed
---@field remove fun(self: fi.faults.StuckAt)

---@class fi.faults
local faults = {}

local fail, blame, place, blame_place = options.fail, options.blame, options.place, options.blame_place
local set_of, check_options, check_count = options.set_of, options.check, options.check_count
local trigger_options = options.for_trigger

local BITS_PER_BYTE = 8
local DEFAULT_SIZE = 4          -- bytes, of a memory cell that is given by its address
local LARGEST_WHOLE_WRITE = 8   -- bytes; of larger cells only the bytes concerned are written

local TARGET_OPTIONS = {"reg", "mem", "phys", "size"}
local BIT_OPTIONS = {"bit", "bits", "nbits", "adjacent"}
local TRIGGER_OPTIONS = options.TRIGGER

---------------------------------------------------------------------------------------------------------------------
-- Targets: a register, or memory by its virtual or physical address

local function resolve(address)
    if math.type(address) == "integer" then
        return address, nil
    end
    return options.address_of(address)
end

local function memory_target(level, what, space, opts)
    local address = opts[space]
    if math.type(address) ~= "integer" and type(address) ~= "string" then
        fail(level + 1, "%s: %s must be an address or a symbol, not a %s", what, space, type(address))
    end
    local resolved, object_size = blame(level + 1, resolve, address)
    local size = opts.size or object_size or DEFAULT_SIZE
    check_count(level + 1, what, "size", size, 1)
    return {space = space, address = resolved, size = size}
end

local function target_of(level, what, opts)
    local named = (opts.reg ~= nil and 1 or 0) + (opts.mem ~= nil and 1 or 0) + (opts.phys ~= nil and 1 or 0)
    if named ~= 1 then
        fail(level + 1, "%s: needs exactly one of reg, mem and phys", what)
    end
    if opts.reg == nil then
        local target = memory_target(level + 1, what, opts.mem ~= nil and "mem" or "phys", opts)
        return target
    elseif type(opts.reg) ~= "string" then
        fail(level + 1, "%s: reg must be a register's name, not a %s", what, type(opts.reg))
    elseif opts.size ~= nil then
        fail(level + 1, "%s: size is for memory, a register has its own", what)
    end
    return {reg = opts.reg}
end

local function target_name(target)
    return target.reg or string.format("the memory at 0x%x", target.address)
end

local function read_target(target)
    if target.reg then
        return fi.cpu():bytes(target.reg)
    end
    return fi[target.space]:read(target.address, target.size)
end

local function write_target(target, bytes, info)
    if not target.reg then
        fi[target.space]:write(target.address, bytes, info)
    elseif #bytes <= LARGEST_WHOLE_WRITE then
        fi.cpu():write(target.reg, (string.unpack("<I" .. #bytes, bytes)), info)
    else
        fi.cpu():write(target.reg, bytes, info)
    end
end

-- The part of a large memory cell that holds these bits, and the bits' numbers in it.
local function narrow(target, bits)
    if target.reg or target.size <= LARGEST_WHOLE_WRITE then
        return target, bits
    end
    local first, last = math.maxinteger, 0
    for _, bit in ipairs(bits) do
        first = math.min(first, bit // BITS_PER_BYTE)
        last = math.max(last, bit // BITS_PER_BYTE)
    end
    local moved = {}
    for i, bit in ipairs(bits) do
        moved[i] = bit - first * BITS_PER_BYTE
    end
    return {space = target.space, address = target.address + first, size = last - first + 1}, moved
end

---------------------------------------------------------------------------------------------------------------------
-- Bits: lists of numbers, 0 is the lowest bit of the lowest byte

-- What the options bit, bits, nbits and adjacent say: {bits = list} or {nbits = n, adjacent = boolean}.
local function choice_of(level, what, opts)
    local named = (opts.bit ~= nil and 1 or 0) + (opts.bits ~= nil and 1 or 0) + (opts.nbits ~= nil and 1 or 0)
    if named ~= 1 then
        fail(level + 1, "%s: needs exactly one of bit, bits and nbits", what)
    elseif opts.adjacent ~= nil and opts.nbits == nil then
        fail(level + 1, "%s: adjacent goes with nbits", what)
    end
    if opts.bit ~= nil then
        check_count(level + 1, what, "bit", opts.bit, 0)
        return {bits = {opts.bit}}
    elseif opts.bits ~= nil then
        options.check_bits(level + 1, what, opts.bits)
        return {bits = table.move(opts.bits, 1, #opts.bits, 1, {})}
    end
    check_count(level + 1, what, "nbits", opts.nbits, 1)
    return {nbits = opts.nbits, adjacent = opts.adjacent}
end

local function random_bits(n, width, adjacent)
    if adjacent then
        local bits, first = {}, fi.rng(0, width - n)
        for i = 1, n do
            bits[i] = first + i - 1
        end
        return bits
    end
    return options.random_bits(n, width)
end

local function check_width(choice, width, name)
    if choice.nbits and choice.nbits > width then
        error(string.format("nbits is %d, but %s has %d bits", choice.nbits, name, width))
    end
    for _, bit in ipairs(choice.bits or {}) do
        if bit >= width then
            error(string.format("bit %d is outside of %s, which has %d bits", bit, name, width))
        end
    end
end

-- The bits to change in something `width` bits wide, in ascending order.
local function choose_bits(choice, width, name)
    check_width(choice, width, name)
    local bits = choice.bits or random_bits(choice.nbits, width, choice.adjacent)
    table.sort(bits)
    return bits
end

local function change_bits(bytes, bits, change)
    local list = {bytes:byte(1, -1)}
    for _, bit in ipairs(bits) do
        local index = bit // BITS_PER_BYTE + 1
        list[index] = change(list[index], 1 << (bit % BITS_PER_BYTE))
    end
    return string.char(table.unpack(list))
end

local function invert(byte, mask)
    return byte ~ mask
end

local function raise(byte, mask)
    return byte | mask
end

local function clear(byte, mask)
    return byte & ~mask
end

local function upset_of(bits)
    return #bits == 1 and "SEU" or "MBU"
end

local function target_width(target)
    local size = target.reg and fi.cpu():size(target.reg) or target.size
    return size * BITS_PER_BYTE
end

-- Target and bits of a fault that is being armed. Only a register's width is not known yet.
local function target_and_bits(level, what, opts)
    local target = target_of(level + 1, what, opts)
    local choice = choice_of(level + 1, what, opts)
    if not target.reg then
        blame(level + 1, check_width, choice, target_width(target), target_name(target))
    end
    return target, choice
end

---------------------------------------------------------------------------------------------------------------------
-- Immediate faults

-- Returns the bits that were flipped.
local function inject_flip(target, choice, info)
    local bits = choose_bits(choice, target_width(target), target_name(target))
    info.bits = table.concat(bits, ",")
    info.upset = upset_of(bits)
    local part, moved = narrow(target, bits)
    write_target(part, change_bits(read_target(part), moved, invert), info)
    return bits
end

-- The bytes of an integer, or of a string that must be as long.
local function bytes_of_value(value, size, name)
    if type(value) == "string" then
        if #value ~= size then
            error(string.format("the value has %d bytes, but %s has %d", #value, name, size))
        end
        return value
    elseif size > 8 then
        error(string.format("%s has %d bytes: the value must be a string of that length", name, size))
    end
    local bytes = string.pack("<i8", value)
    local rest = bytes:sub(size + 1)
    if rest:find("[^\0]") and rest:find("[^\255]") then
        error(string.format("the value 0x%x does not fit the %d bytes of %s", value, size, name))
    end
    return bytes:sub(1, size)
end

local function inject_value(target, value, info)
    local size = target_width(target) // BITS_PER_BYTE
    write_target(target, bytes_of_value(value, size, target_name(target)), info)
end

local function check_value(level, what, value)
    if math.type(value) ~= "integer" and type(value) ~= "string" then
        fail(level + 1, "%s: value must be a whole number or a string of bytes, not a %s", what, type(value))
    end
end

local FLIP_OPTIONS = set_of(TARGET_OPTIONS, BIT_OPTIONS)

--- Flips bits of a register or of memory now. Returns the list of bits.
---@param opts fi.faults.Flip
---@return integer[]
function faults.flip(opts)
    check_options(2, "faults.flip", opts, FLIP_OPTIONS)
    local target, choice = target_and_bits(2, "faults.flip", opts)
    local bits = blame(2, inject_flip, target, choice, {model = "bit-flip", duration = "transient"})
    return bits
end

local SET_OPTIONS = set_of(TARGET_OPTIONS, {"value"})

--- Overwrites a register or memory now.
---@param opts fi.faults.Set
function faults.set(opts)
    check_options(2, "faults.set", opts, SET_OPTIONS)
    local target = target_of(2, "faults.set", opts)
    check_value(2, "faults.set", opts.value)
    blame(2, inject_value, target, opts.value, {model = "value", duration = "transient"})
end

---------------------------------------------------------------------------------------------------------------------
-- Armed faults

-- One event, unless the caller says how often.
local function once_unless_said(opts)
    if opts.limit == nil and opts.every == nil then
        return trigger_options(opts, {limit = 1}), "transient"
    end
    return trigger_options(opts), opts.limit == 1 and "transient" or "intermittent"
end

local FLIP_AT_OPTIONS = set_of(TARGET_OPTIONS, BIT_OPTIONS, TRIGGER_OPTIONS)

--- Flips bits before the instruction at `where`: once, or as often as limit and every say. Returns the trigger.
---@param where fi.Where
---@param opts fi.faults.FlipAt
---@return fi.Trigger
function faults.flip_at(where, opts)
    check_options(2, "faults.flip_at", opts, FLIP_AT_OPTIONS)
    local target, choice = target_and_bits(2, "faults.flip_at", opts)
    local armed_at = place(2)
    local trigger_opts, duration = once_unless_said(opts)
    local trigger = blame(2, fi.on_pc, where, trigger_opts, function()
        blame_place(armed_at, inject_flip, target, choice, {model = "bit-flip", duration = duration})
    end)
    return trigger
end

local SET_AT_OPTIONS = set_of(TARGET_OPTIONS, TRIGGER_OPTIONS, {"value"})

--- Overwrites a register or memory before the instruction at `where`. Returns the trigger.
---@param where fi.Where
---@param opts fi.faults.SetAt
---@return fi.Trigger
function faults.set_at(where, opts)
    check_options(2, "faults.set_at", opts, SET_AT_OPTIONS)
    local target = target_of(2, "faults.set_at", opts)
    check_value(2, "faults.set_at", opts.value)
    local armed_at = place(2)
    local trigger_opts, duration = once_unless_said(opts)
    local trigger = blame(2, fi.on_pc, where, trigger_opts, function()
        blame_place(armed_at, inject_value, target, opts.value, {model = "value", duration = duration})
    end)
    return trigger
end

---------------------------------------------------------------------------------------------------------------------
-- Stuck-at

-- The options with the mask, if there is one, turned into bits.
local function without_mask(level, what, opts)
    if opts.mask == nil then
        return opts
    elseif opts.bit ~= nil or opts.bits ~= nil then
        fail(level + 1, "%s: mask goes without bit and bits", what)
    end
    options.check_mask(level + 1, what, "mask", opts.mask)
    local result = {bits = options.mask_to_bits(opts.mask)}
    for _, key in ipairs(TARGET_OPTIONS) do
        result[key] = opts[key]
    end
    return result
end

local function check_stuck_at(level, what, opts)
    if opts.value ~= 0 and opts.value ~= 1 then
        fail(level + 1, "%s: value must be 0 or 1", what)
    elseif opts.reg ~= nil and opts.within == nil then
        fail(level + 1, "%s: a register needs within: the code in which it is held", what)
    elseif opts.reg == nil and opts.within ~= nil then
        fail(level + 1, "%s: within is for registers", what)
    end
    options.check_duration(level + 1, what, opts.duration, {"hits"})
end

local StuckAt = {}
StuckAt.__index = StuckAt

local function new_stuck_at(target, choice, opts)
    return setmetatable({
        active = true,
        forced = 0,
        _triggers = {},
        _hits = 0,
        _target = target,
        _choice = choice,
        _change = opts.value == 1 and raise or clear,
        _model = "stuck-at-" .. opts.value,
        _duration = options.is_permanent(opts.duration) and "permanent" or "transient",
    }, StuckAt)
end

-- Gives the bits their stuck value; what has it already is not written, so that the journal shows changes only.
function StuckAt:_force()
    local bits = choose_bits(self._choice, target_width(self._target), target_name(self._target))
    local part, moved = narrow(self._target, bits)
    local old = read_target(part)
    local new = change_bits(old, moved, self._change)
    if new ~= old then
        self.forced = self.forced + 1
        write_target(part, new, {model = self._model, duration = self._duration, bits = table.concat(bits, ",")})
    end
end

function StuckAt:_on_hit()
    self:_force()
    self._hits = self._hits + 1
    if self._hits == self._last_hit then
        self:remove()
    end
end

--- Ends the fault: from now on the bits can change again; their present values stay.
function StuckAt:remove()
    self.active = false
    for _, trigger in ipairs(self._triggers) do
        trigger:remove()
    end
end

-- Is there a current vCPU, whose registers and memory can be reached?
local function in_guest()
    return (pcall(function() return fi.cpu().index end))
end

-- A memory cell is forced when the fault begins and after each store to it: every load sees the stuck value.
local function watch_cell(fault, opts, handler)
    local target = fault._target
    local cell = opts[target.space]
    local trigger_opts = trigger_options(opts, {
        phys = target.space == "phys" or nil,
        name = opts.name or fault._model .. " " .. (type(cell) == "string" and cell or string.format("0x%x", cell)),
    })
    local trigger = fi.on_write({target.address, size = target.size}, trigger_opts, handler)
    if in_guest() then
        fault:_force()
        return {trigger}
    end
    -- Armed at load: the first chance is before the first instruction. A virtual address may not be mapped yet: then
    -- the fault begins with the first store.
    local start = fi.on_vcpu_init({limit = 1, name = trigger.name .. " (start)"}, function()
        pcall(fault._force, fault)
    end)
    return {trigger, start}
end

-- Registers have no events: the bits are forced before each instruction of a piece of code.
local function watch_register(fault, opts, handler)
    local name = opts.name or fault._model .. " " .. opts.reg
    return {fi.on_pc(options.whole(opts.within), trigger_options(opts, {name = name}), handler)}
end

local function end_after(fault, duration)
    fault._last_hit = type(duration) == "table" and duration.hits or nil
    local timer = options.end_after(duration, function()
        fault:remove()
    end)
    fault._triggers[#fault._triggers + 1] = timer
end

local STUCK_AT_OPTIONS = set_of(TARGET_OPTIONS, {"bit", "bits", "mask", "value", "duration", "within"},
                                {"vcpu", "el", "name"})

--- Holds bits of a memory cell or, within a piece of code, of a register at 0 or 1. Returns the fault: fields trigger,
--- active and forced (how often bits had to be changed), method remove().
---@param opts fi.faults.StuckAtOptions
---@return fi.faults.StuckAt
function faults.stuck_at(opts)
    local what = "faults.stuck_at"
    check_options(2, what, opts, STUCK_AT_OPTIONS)
    check_stuck_at(2, what, opts)
    local target, choice = target_and_bits(2, what, without_mask(2, what, opts))
    local fault = new_stuck_at(target, choice, opts)
    local armed_at = place(2)
    local function handler()
        blame_place(armed_at, fault._on_hit, fault)
    end
    fault._triggers = blame(2, target.reg and watch_register or watch_cell, fault, opts, handler)
    fault.trigger = fault._triggers[1]
    blame(2, end_after, fault, opts.duration)
    return fault
end

---------------------------------------------------------------------------------------------------------------------
-- Faults of instructions, whose persistence is "once", "always" or {n = times}

local DURATION_OF = {once = "transient", always = "permanent"}

-- The trigger's limit (nil: none) and the duration in the journal's words.
local function check_persistence(level, what, persistence)
    if persistence == "once" then
        return 1, DURATION_OF.once
    elseif persistence == "always" then
        return nil, DURATION_OF.always
    elseif type(persistence) == "table" and next(persistence) == "n" and next(persistence, "n") == nil then
        check_count(level + 1, what, "persistence.n", persistence.n, 1)
        return persistence.n, "intermittent"
    end
    fail(level + 1, "%s: persistence must be said: \"once\", \"always\" or {n = times}", what)
end

local function need_set_pc(level, what)
    if not fi.has("set_pc") then
        fail(level + 1, "%s needs the capability set_pc: QEMU 11.0 or newer", what)
    end
end

local PERSISTENT_OPTIONS = {"persistence", "vcpu", "el", "after", "every", "total", "when", "name"}

local SKIP_OPTIONS = set_of(PERSISTENT_OPTIONS)

--- Does not execute the instruction at `where`, or any instruction of a range. Returns the trigger.
---@param where fi.Where
---@param opts fi.faults.Skip
---@return fi.Trigger
function faults.skip(where, opts)
    check_options(2, "faults.skip", opts, SKIP_OPTIONS)
    local limit = check_persistence(2, "faults.skip", opts.persistence)
    need_set_pc(2, "faults.skip")
    local trigger = blame(2, fi.on_pc, where, trigger_options(opts, {limit = limit}), function()
        return fi.SKIP
    end)
    return trigger
end

-- A64 has x0; otherwise the registers are those of AArch32.
local function is_a64()
    return (pcall(function() return fi.cpu():size("x0") end))
end

-- Code state of the current instruction.
local function is_thumb()
    if is_a64() then
        return false
    elseif pcall(function() return fi.cpu():size("xpsr") end) then
        return true
    end
    return fi.cpu().cpsr & 0x20 ~= 0
end

local RETURN_OPTIONS = set_of(PERSISTENT_OPTIONS, BIT_OPTIONS, {"value", "reg"})

-- What to do to the return register: a function of its name.
local function return_fault(level, what, opts)
    if opts.reg ~= nil and type(opts.reg) ~= "string" then
        fail(level + 1, "%s: reg must be a register's name, not a %s", what, type(opts.reg))
    elseif opts.value ~= nil then
        if opts.bit ~= nil or opts.bits ~= nil or opts.nbits ~= nil then
            fail(level + 1, "%s: value goes without bit, bits and nbits", what)
        end
        check_value(level + 1, what, opts.value)
        return function(target, info)
            inject_value(target, opts.value, info)
        end
    end
    local choice = choice_of(level + 1, what, opts)
    return function(target, info)
        inject_flip(target, choice, info)
    end
end

-- Calls that are to return wrongly. One trigger for each place that is returned to; a call is known again by vCPU and
-- stack pointer, which is what tells apart recursive calls and threads.
local Returns = {}
Returns.__index = Returns

function Returns:_at(address)
    local place_returned_to = self._places[address]
    if not place_returned_to then
        place_returned_to = {calls = {}}
        self._places[address] = place_returned_to
        place_returned_to.trigger = fi.on_pc(address, {name = self._name}, function(ev)
            self:_returned(place_returned_to, ev.vcpu)
        end)
    end
    return place_returned_to
end

function Returns:_expect(vcpu)
    local cpu = fi.cpu()
    local calls = self:_at(cpu.lr & ~1).calls       -- bit 0 of a return address selects Thumb
    calls[#calls + 1] = {vcpu = vcpu, sp = cpu.sp}
end

function Returns:_returned(place_returned_to, vcpu)
    local calls = place_returned_to.calls
    for i = #calls, 1, -1 do
        if calls[i].vcpu == vcpu and calls[i].sp == fi.cpu().sp then
            table.remove(calls, i)
            blame_place(self._armed_at, self._inject)
            break
        end
    end
    if #calls == 0 and self._entry.fired == self._limit then
        place_returned_to.trigger:remove()
    end
end

--- Changes what a function returns, where it returns to. Returns the trigger at the function's entry.
---@param func integer|string
---@param opts fi.faults.CorruptReturn
---@return fi.Trigger
function faults.corrupt_return(func, opts)
    local what = "faults.corrupt_return"
    check_options(2, what, opts, RETURN_OPTIONS)
    local inject = return_fault(2, what, opts)
    local limit, duration = check_persistence(2, what, opts.persistence or "once")
    local name = type(func) == "string" and func or type(func) == "number" and string.format("0x%x", func) or "function"
    local returns = setmetatable({
        _places = {},
        _limit = limit,
        _armed_at = place(2),
        _name = "return of " .. name,
        _inject = function()
            inject({reg = opts.reg or (is_a64() and "x0" or "r0")}, {model = "return-value", duration = duration})
        end,
    }, Returns)
    returns._entry = blame(2, fi.on_pc, func, trigger_options(opts, {limit = limit}), function(ev)
        returns:_expect(ev.vcpu)
    end)
    return returns._entry
end

-- An opcode as ev.opcode has it, in memory order: a 4-byte Thumb instruction is two halfwords, the first one on top.
local function opcode_bytes(opcode, size)
    if size == 4 and is_thumb() then
        return string.pack("<I2I2", opcode >> 16, opcode & 0xffff)
    end
    return string.pack("<I" .. size, opcode)
end

local function check_opcode(opcode, size)
    if opcode >> (size * BITS_PER_BYTE) ~= 0 then
        error(string.format("the opcode 0x%x does not fit the instruction's %d bytes", opcode, size))
    end
end

-- Puts a new instruction in place of the current one and has it executed; unless it stays for good, the old one is
-- back before the next instruction executes.
local function replace_instruction(ev, new_opcode, info)
    check_opcode(new_opcode, ev.insn_size)
    local pc, old = ev.pc, opcode_bytes(ev.opcode, ev.insn_size)
    fi.mem:write(pc, opcode_bytes(new_opcode, ev.insn_size), info)
    if info.duration ~= DURATION_OF.always then
        fi.after_insns(1, {vcpu = ev.vcpu, name = "end of " .. info.model}, function()
            fi.mem:write(pc, old, {model = info.model, duration = info.duration, phase = "restored"})
        end)
    end
    return fi.RETRY
end

-- Arms an instruction's replacement; new_opcode makes the new opcode of the old one and its size.
local function arm_replacement(level, what, where, opts, model, new_opcode)
    local limit, duration = check_persistence(level + 1, what, opts.persistence)
    need_set_pc(level + 1, what)
    local armed_at = place(level + 1)
    local trigger_opts = trigger_options(opts, {limit = limit})
    local trigger = blame(level + 1, fi.on_pc, where, trigger_opts, function(ev)
        local result = blame_place(armed_at, function()
            local info = {model = model, duration = duration}
            return replace_instruction(ev, new_opcode(ev, info), info)
        end)
        if duration == DURATION_OF.always then
            ev.trigger:remove()     -- the new code stays: there is nothing left to do
        end
        return result
    end)
    return trigger
end

local REPLACE_OPTIONS = set_of(PERSISTENT_OPTIONS)

--- Executes another instruction instead of the one at `where`; opcode is an integer, as ev.opcode. Returns the trigger.
---@param where fi.Where
---@param opcode integer
---@param opts fi.faults.Skip
---@return fi.Trigger
function faults.replace(where, opcode, opts)
    local what = "faults.replace"
    if math.type(opcode) ~= "integer" or opcode < 0 then
        fail(2, "%s: the opcode must be a whole number from 0 on", what)
    end
    check_options(2, what, opts, REPLACE_OPTIONS)
    local trigger = arm_replacement(2, what, where, opts, "instruction-replacement", function()
        return opcode
    end)
    return trigger
end

local OPCODE_OPTIONS = set_of(PERSISTENT_OPTIONS, BIT_OPTIONS)

--- Flips bits of the opcode of the instruction at `where`. Returns the trigger.
---@param where fi.Where
---@param opts fi.faults.CorruptOpcode
---@return fi.Trigger
function faults.corrupt_opcode(where, opts)
    local what = "faults.corrupt_opcode"
    check_options(2, what, opts, OPCODE_OPTIONS)
    local choice = choice_of(2, what, opts)
    local trigger = arm_replacement(2, what, where, opts, "opcode-corruption", function(ev, info)
        local bits = choose_bits(choice, ev.insn_size * BITS_PER_BYTE, "the instruction")
        info.bits = table.concat(bits, ",")
        info.upset = upset_of(bits)
        local opcode = ev.opcode
        for _, bit in ipairs(bits) do
            opcode = opcode ~ (1 << bit)
        end
        return opcode
    end)
    return trigger
end

return faults
