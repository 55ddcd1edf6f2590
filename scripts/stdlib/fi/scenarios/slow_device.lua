-- SPDX-License-Identifier: MIT
-- fi.scenarios.slow_device: a device that answers late. Described in docs/scenarios.md.

local gic_line = require "fi.gic_line"
local mmio = require "fi.mmio"
local scenario = require "fi.scenario"

local BITS_PER_BYTE <const> = 8

-- Where the access has the register's bit `bit`, as a mask; 0: nowhere
local function bit_in(ev, p)
    local register = type(p.register) == "table" and p.register or {p.register}
    local base = type(register[1]) == "string" and register.offset or register[1]
    local ahead = (type(register[1]) == "string" and ev.offset or ev.paddr) - base
    local bit = p.bit - BITS_PER_BYTE * ahead
    return bit >= 0 and bit < BITS_PER_BYTE * ev.size and 1 << bit or 0
end

-- A whole device has no bit
local function check_register(p)
    local name = type(p.register) == "table" and p.register[1] or p.register
    if type(name) == "string" and not (type(p.register) == "table" and p.register.offset) then
        error(("%s: register must say which one of %s: {%q, offset = n}"):format(p.name, name, name))
    end
end

-- Each write of a command begins a time in which the status says "busy".
local function busy_after_commands(p, fault)
    local commands, left, till = 0, 0, nil
    fault:owns(fi.on_mmio_write(p.command, {name = p.name .. ": command", value = p.command_value,
                                            mask = p.command_mask}, fault:guard(function()
        commands = commands + 1
        if commands > p.after and commands - p.after <= (p.times or math.huge) then
            left, till = p.reads or 0, p.ns and fi.now_ns() + p.ns
        end
    end)))
    local function is_busy()
        if till then
            return fi.now_ns() < till
        end
        left = left - 1
        return left >= 0
    end
    fault:counts(mmio.override(p.register, function(ev)
        local mask = bit_in(ev, p)
        if mask == 0 or not is_busy() or not ev.value then
            return nil
        end
        local busy = p.ready == 0 and ev.value | mask or ev.value & ~mask
        return busy ~= ev.value and busy or nil
    end, {name = p.name}), "bit %d still says busy", p.bit)
end

local function late_flag(p, fault)
    if p.bit == nil or (p.reads == nil) == (p.ns == nil) then
        error(p.name .. ": register needs bit, and either reads or ns: how long that is late")
    end
    check_register(p)
    if p.command ~= nil then
        busy_after_commands(p, fault)
        return
    elseif p.after ~= 0 then
        error(p.name .. ": after counts commands: give command, or leave it out")
    end
    fault:counts(mmio.delayed_ready(p.register, {bit = p.bit, value = p.ready, reads = p.reads, ns = p.ns,
                                                 times = p.times, name = p.name}), "bit %d still says busy", p.bit)
end

local function late_interrupt(p, fault)
    local late, delayed = 0, 0
    local line
    line = gic_line.watch(fault, p.line, function(number, ev)
        -- When it comes at last it is the same number again
        if number ~= delayed and number > p.after and late ~= p.times then
            late, delayed = late + 1, number
            line:delay(ev, p.irq_ns)
            fault:hit("interrupt %d came %d ns late", number, p.irq_ns)
        end
    end)
    fault.undo = function() line:stop() end
end

---@type fi.scenarios.slow_device
local slow_device = scenario.define{
    name = "slow_device",
    purpose = "A device does what it is told, but late: its status says \"busy\" for longer, or its interrupt comes "
        .. "after a delay.",
    healthy = "The driver waits, with a limit that suits the device's data sheet, and the results are right. Past the "
        .. "limit it says so, and copes with an answer that comes after that.",
    parameters = {
        {name = "register", type = "register", optional = true,
         text = "the status register: an address with 4 bytes, or a table that says what it is"},
        {name = "bit", type = "integer", optional = true, least = 0, most = 63,
         text = "of the register: the flag that says ready or busy, 0 the lowest"},
        {name = "ready", type = "integer", default = 1, least = 0, most = 1,
         text = "what the flag is when the device is ready; 0: it is a busy flag"},
        {name = "reads", type = "integer", optional = true, least = 1,
         text = "the flag says busy for so many more reads"},
        {name = "ns", type = "integer", optional = true, least = 1,
         text = "in place of reads: for so much virtual time, in ns"},
        {name = "command", type = "register", optional = true,
         text = "the register whose writes are commands: after each the flag says busy, as long as reads or ns say; "
            .. "default: after each time that the device itself gets ready"},
        {name = "command_value", type = "integer", optional = true,
         text = "only writes of this value are commands; default: all"},
        {name = "command_mask", type = "integer", optional = true,
         text = "bits of the value that count; default: all"},
        {name = "line", type = "line", optional = true,
         text = "the device's interrupt, an SPI or a PPI of QEMU's virt machine"},
        {name = "irq_ns", type = "integer", optional = true, least = 1,
         text = "it comes so much virtual time late, in ns"},
        {name = "after", type = "integer", default = 0, least = 0,
         text = "commands, and interrupts, that are served in time before"},
        {name = "times", type = "integer", optional = true, least = 1,
         text = "how often the flag is late, and how often the interrupt; default: always"},
    },
    arm = function(p, fault)
        if p.register == nil and p.line == nil then
            error(p.name .. ": give register, line, or both: what is late?")
        elseif (p.line == nil) ~= (p.irq_ns == nil) then
            error(p.name .. ": line and irq_ns go together")
        elseif p.register == nil and (p.bit or p.reads or p.ns or p.command) then
            error(p.name .. ": bit, reads, ns and command need register, the one that has the flag")
        end
        if p.register ~= nil then
            late_flag(p, fault)
        end
        if p.line ~= nil then
            late_interrupt(p, fault)
        end
    end,
}

return slow_device
