-- SPDX-License-Identifier: GPL-2.0-or-later
-- Hooks that overlap: all run, in the order in which they were made; the last result that is not nil counts, and each sees
-- in ev.value what the ones before made of it.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: write32 rtc_mr 0x11223344 done
--! stdout: read32 rtc_mr 0x22222222
--! stdout-any
--! stdout: write8 gpio_dir 0xff done
--! stdout: read8 gpio_dir 0x3
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","trigger":"write 2","action":"mmio_write","new":"0x3"}
--! checks: 7

local check = require "fi.check"

local order = {}
local function note(name, result)
    return function()
        order[#order + 1] = name
        return result
    end
end

on_mmio_read({0x09010000, 0x09011000}, {limit = 1, name = "a"}, note("a", 0x11111111))
on_mmio_read(0x09010004, {limit = 1, name = "b"}, note("b", 0x22222222))
on_mmio_read("pl031", {limit = 1, name = "c"}, function(ev)
    check.eq(ev.value, 0x22222222, "the value by then")
    order[#order + 1] = "c"
end)
on_pc("load16", {limit = 1}, function()
    check.eq(table.concat(order), "abc", "order")
    order = {}
end)

on_mmio_write(0x09030400, {name = "write 1"}, function(ev)
    check.eq(ev.value, 0xff, "first")
    return fi.DROP
end)
on_mmio_write("pl061", {name = "write 2", size = 1}, function(ev)
    check.eq(ev.value, 0xff, "second: dropped, but what was written is known")
    return 3
end)
on_mmio_write({0x09030400, size = 4}, {name = "write 3"}, function(ev)
    check.eq(ev.value, 3, "third")
end)

local failing = on_mmio_read(0x09010010, function() return fi.BUS_ERROR end)
local mending = on_mmio_read(0x09010010, function() return 7 end)
check.at_exit(function()
    check.fired(failing, 1)
    check.fired(mending, 1)
end)
