-- SPDX-License-Identifier: GPL-2.0-or-later
-- A place by device and offset: only accesses that touch these bytes are events, and only they count for after and limit.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout: read16 rtc_mr 0x5
--! stdout: read8 rtc_mr 0x44
--! stdout: write32 rtc_imsc 0x1 done
--! stdout: read32 rtc_imsc 0x1
--! stdout-any
--! stdout: read32 gpio_ibe 0x34
--! stdout: read32 gpio_iev 0x12
--! stdout: write16 gpio_iev 0x56 done
--! stdout: read16 gpio_iev 0x7
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","trigger":"on_mmio_read pl031+0x4","hit":2,"target":"0x9010004","new":"0x5"}
--! journal: {"kind":"fault","trigger":"on_mmio_read pl061+0x40a","target":"0x903040c","new":"0x7"}
--! journal-count: fault 2
--! checks: 2

local check = require "fi.check"

on_mmio_read({"pl031", offset = 4}, {after = 1, limit = 1}, function() return 5 end)
on_mmio_read({"pl061", offset = 0x40a, size = 4}, {size = 2}, function() return 7 end)
local narrow = on_mmio_read({"pl031", offset = 5, size = 3}, function() end)
local wide = on_mmio_write({"pl061", offset = 0x40c}, function() end)       -- of 8 bytes at 0x408, and of 2

check.at_exit(function()
    check.fired(narrow, 3)      -- all but the read of 1 byte
    check.fired(wide, 2)
end)
