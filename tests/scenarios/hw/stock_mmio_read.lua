-- SPDX-License-Identifier: GPL-2.0-or-later
-- Without QEMU's extensions a plain load of a device's register gives what the handler returns; the device was read all
-- the same, and what is no plain load is counted as missed. Results that need hooks in QEMU are errors that say so.
--! guest: mmio
--! opt: stock=on
--! stdout: mmio
--! stdout: write32 rtc_mr 0x11223344 done
--! stdout: read32 rtc_mr 0x7f
--! stdout: read16 rtc_mr 0x7f
--! stdout: read8 rtc_mr 0x7f
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"error","message":"~changing a write to a device needs the capability 'mmio'"}
--! journal: {"kind":"fault","action":"mmio_read","at":"load32","target":"0x9010004","size":4,"region":null,"old":"0x11223344","new":"0x7f"}
--! journal: {"kind":"error","message":"~other than an integer needs the capability 'mmio'"}
--! stderr-re: on_mmio_read pairs: the instruction 0xa94.* is no plain load
--! checks: 7

local check = require "fi.check"

check.eq(fi.has("mmio"), false, "has")
check.eq(fi.caps().mmio.available, true, "available")
check.eq(fi.caps().mmio.exact, false, "exact")

on_mmio_write(0x09010004, {limit = 1}, function() return fi.DROP end)
on_mmio_read(0x09010004, function(ev)
    assert(ev.dma == false and ev.paddr == 0x09010004)
    return 0x7f
end)
on_mmio_read({0x09010010, size = 4}, {limit = 1}, function() return fi.BUS_ERROR end)

local function lacks(what, ...)
    local ok, message = pcall(on_mmio_read, ...)
    check.ok(not ok and message:find(what .. " needs the capability 'mmio'", 1, true), tostring(message))
end
lacks("a device's name", "pl031", function() end)
lacks("option 'dma'", 0x09010004, {dma = true}, function() end)
check.eq(fi.caps().irq.exact, false, "irq")

-- The exception handler's frame is restored by LDP.
local pairs_of_words = on_mmio_read({fi.symbol("stacks"), size = 0x2000}, {name = "on_mmio_read pairs"}, function(ev)
    if ev.opcode & 0xffc00000 == 0xa9400000 then
        return 0
    end
end)
check.at_exit(function() check.ok(pairs_of_words.missed > 0, "missed") end)
