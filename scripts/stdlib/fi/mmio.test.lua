-- SPDX-License-Identifier: MIT
-- fi.mmio by itself: every wrong option is found when the fault is armed, and blamed on this file; and one fault of each
-- kind on a guest whose output tells. More of them, each with its guest, are in tests/scenarios/stdlib.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223345
--! stdout-any
--! stdout: write32 rtc_imsc 0x1 done
--! stdout: read32 rtc_imsc 0x0
--! stdout: read8 rtc_id 0x32
--! stdout: read16 rtc_id 0x31
--! stdout-any
--! stdout: write8 gpio_dir 0xff abort esr 0x96000250 far 0x9030400 elr store8
--! stdout-any
--! stdout: read32 uart_id 0x99
--! stdout-any
--! stdout: polls 4
--! stdout-any
--! stdout: aborts 3
--! journal: {"kind":"fault","info":{"model":"stuck-at-1"}}
--! journal: {"kind":"fault","info":{"model":"lost-write"}}
--! journal: {"kind":"fault","info":{"model":"intermittent-read"}}
--! journal: {"kind":"fault","info":{"model":"bus-error"}}
--! journal: {"kind":"fault","info":{"model":"value"}}
--! journal: {"kind":"fault","info":{"model":"delayed-ready"}}
--! checks: 100

local check = require "fi.check"
local mmio = require "fi.mmio"

mmio.stuck_bits(0x09010004, {bit = 0, value = 1, limit = 1})
mmio.lost_write(0x09010010)
mmio.intermittent_read(0x09010fe0, {every = 4, value = 0x32})
mmio.bus_error("pl061", {write = true, limit = 1})
mmio.override("pl011", 0x99, {offset = 0xfe0})
mmio.delayed_ready("pl011", {offset = 0x3c, bit = 5, reads = 3})

local function rejected(wanted, fn, ...)
    local ok, message = pcall(fn, ...)
    check.ok(not ok and message:find(wanted, 1, true), string.format("%q says %q", tostring(message), wanted))
end

local REG = 0x09010004

-- What is the same for all, with options that are right otherwise.
local functions = {
    stuck_bits = {bit = 0, value = 1},
    delayed_ready = {bit = 0, reads = 1},
    intermittent_read = {every = 2, xor = 1},
    lost_write = {},
    bus_error = {},
}
for name, opts in pairs(functions) do
    local fn = mmio[name]
    local function with(wanted, where, change)
        local changed = {}
        for key, value in pairs(opts) do
            changed[key] = value
        end
        for key, value in pairs(change) do
            changed[key] = value
        end
        rejected(wanted, fn, where, changed)
    end
    with("mmio." .. name .. ": unknown option 'bti' (known: ", REG, {bti = 3})
    with("a physical address is an integer, not nil", nil, {})
    with("a physical address is an integer, not the float 1.5", 1.5, {})
    with("without quotes", "0x9010004", {})
    with("size needs offset: which register of pl031", "pl031", {size = 4})
    with("offset must be a whole number from 0 on", "pl031", {offset = -4})
    with("size must be a whole number from 1 on", REG, {size = 0})
    with("a range has its own", {REG, size = 4}, {offset = 4})
    with("{lo, hi} or {address, size = n}", {REG}, {})
    with("the range ends at 0x9010004", {REG, REG}, {})
    with("duration must be \"permanent\", {insns = n}, {ns = t} or {until_trigger = t}", REG, {duration = {hits = 1}})
    with("option 'vcpu' is a whole number", REG, {vcpu = -1})
    rejected("must be a table, not a number", fn, REG, 5)
end

local stuck_bits = mmio.stuck_bits
rejected("must be a table, not a nil", stuck_bits, REG)
rejected("value must be 0 or 1", stuck_bits, REG, {bit = 1})
rejected("value must be 0 or 1", stuck_bits, REG, {bit = 1, value = 2})
rejected("exactly one of bit, bits and mask", stuck_bits, REG, {value = 1})
rejected("exactly one of bit, bits and mask", stuck_bits, REG, {value = 1, bit = 1, mask = 1})
rejected("bit 32 is outside of 0x9010004, which has 32 bits; size says", stuck_bits, REG, {value = 1, bit = 32})
rejected("bit 8 is outside of pl031+0x4, which has 8 bits", stuck_bits, "pl031",
         {value = 1, bit = 8, offset = 4, size = 1})
rejected("bit 64 is outside", stuck_bits, "pl031", {value = 1, bit = 64})
rejected("mask must be", stuck_bits, REG, {value = 1, mask = 0})
rejected("writes must be", stuck_bits, REG, {value = 1, bit = 1, writes = 1})
rejected("limit must be", stuck_bits, REG, {value = 1, bit = 1, limit = 0})

rejected("needs bit", mmio.delayed_ready, REG, {reads = 1})
rejected("exactly one of reads, ns and never", mmio.delayed_ready, REG, {bit = 1})
rejected("exactly one of reads, ns and never", mmio.delayed_ready, REG, {bit = 1, reads = 1, ns = 1})
rejected("reads must be a whole number", mmio.delayed_ready, REG, {bit = 1, reads = 1.5})
rejected("value must be 0 or 1", mmio.delayed_ready, REG, {bit = 1, reads = 1, value = 2})

rejected("exactly one of probability and every", mmio.intermittent_read, REG, {xor = 1})
rejected("probability must be", mmio.intermittent_read, REG, {xor = 1, probability = 0})
rejected("probability must be", mmio.intermittent_read, REG, {xor = 1, probability = 50})
rejected("exactly one of value, xor and error", mmio.intermittent_read, REG, {every = 2})
rejected("the value 0x100 does not fit the 1 bytes", mmio.intermittent_read, REG, {every = 2, value = 256, size = 1})
rejected("value must be a whole number, not a float", mmio.intermittent_read, REG, {every = 2, value = 1.5})
rejected("bit 40 is outside", mmio.intermittent_read, REG, {every = 2, xor = 1 << 40})

rejected("option 'mask' needs 'value'", mmio.lost_write, REG, {mask = 3})
rejected("neither reads nor writes", mmio.bus_error, REG, {read = false})
rejected("read must be true or false", mmio.bus_error, REG, {read = 1})

rejected("the value must be a whole number, not a nil", mmio.override, REG)
rejected("does not fit the 4 bytes of 0x9010004", mmio.override, REG, 1 << 32)
rejected("does not fit the 4 bytes of 0x9010004", mmio.override, REG, -(1 << 31) - 1)
rejected("unknown option 'value'", mmio.override, REG, 1, {value = 1})

-- Whose line is it?
local function blamed_line(fn)
    local _, message = pcall(fn)
    return tonumber(message:match("mmio%.test%.lua:(%d+): "))
end
local here = blamed_line(function() error("here") end)
check.eq(blamed_line(function() stuck_bits(REG, {bit = -1, value = 1}) end), here + 1, "line of a wrong bit")
check.eq(blamed_line(function() mmio.delayed_ready(REG, {bit = 1, reads = 0}) end), here + 2, "of a wrong count")
check.eq(blamed_line(function() mmio.bus_error("5") end), here + 3, "of a wrong place")
check.eq(blamed_line(function() mmio.override(REG, 1, {el = 9}) end), here + 4, "of a wrong trigger option")
check.eq(blamed_line(function() mmio.lost_write(REG, {duration = 1}) end), here + 5, "of a wrong duration")
