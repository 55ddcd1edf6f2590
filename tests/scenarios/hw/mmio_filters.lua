-- SPDX-License-Identifier: GPL-2.0-or-later
-- The options of on_mmio_read and on_mmio_write: size, value and mask, after, every, limit, vcpu, and a range as place.
--! guest: mmio
--! smp: 2
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout: read16 rtc_mr 0x1
--! stdout: read8 rtc_mr 0x44
--! stdout-any
--! stdout: read32 gpio_data 0x0
--! stdout: write64 gpio_ibe 0x1200000034 done
--! stdout-any
--! stdout: aborts 2
--! journal-count: fault 2
--! checks: 6

local check = require "fi.check"

on_mmio_read(0x09010004, {size = 2}, function() return 1 end)
on_mmio_write({0x09030000, 0x09031000}, {value = 0xa0, mask = 0xf0, size = 4}, function() return fi.DROP end)

local range = on_mmio_read({0x09010000, 0x09011000}, function() end)
local after = on_mmio_read({0x09010000, size = 0x1000}, {after = 2}, function() end)
local every = on_mmio_read({0x09010000, size = 0x1000}, {every = 3}, function() end)
local limit = on_mmio_read({0x09010000, size = 0x1000}, {limit = 2}, function() end)
local other = on_mmio_read({0x09010000, size = 0x1000}, {vcpu = 1}, function() end)

check.at_exit(function()
    check.fired(range, 9)
    check.fired(after, 7)
    check.fired(every, 3)
    check.fired(limit, 2)
    check.fired(other, 0)
    check.eq(range.hits, 9, "hits")
end)
