-- SPDX-License-Identifier: GPL-2.0-or-later
-- Results of handlers that an access cannot have: each is the handler's error, and the access is what it would have been.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout-any
--! stdout: write8 gpio_dir 0xff done
--! stdout: read8 gpio_dir 0xff
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"error","trigger":"wide","message":"~mmio_results\\.lua:21: 0x123456789 .*4 bytes wide.* & 0xffffffff"}
--! journal: {"kind":"error","trigger":"string","message":"~not string"}
--! journal: {"kind":"error","trigger":"read","message":"~DROP"}
--! journal: {"kind":"error","trigger":"write","message":"~on_mmio_write handler returns nothing, an integer, fi.DROP or fi.BUS_ERROR, not fi\\.SKIP"}
--! journal: {"kind":"error","trigger":"float","message":"~not the float 2\\.5 .*math\\.floor"}
--! journal-count: error 5
--! journal-count: fault 0

on_mmio_read(0x09010004, {name = "wide", limit = 1}, function() return 0x123456789 end)
on_mmio_read(0x09010004, {name = "string", after = 1, limit = 1}, function() return "1" end)
on_mmio_read(0x09010004, {name = "read", after = 2, limit = 1}, function() return fi.DROP end)
on_mmio_write(0x09030400, {name = "write"}, function() return fi.SKIP end)
on_mmio_write(0x090303fc, {name = "float"}, function(ev) return ev.value / 66 end)
