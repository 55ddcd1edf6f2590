-- SPDX-License-Identifier: GPL-2.0-or-later
-- config=FILE with a scenario, which runs first: of two that override one register the document has the last word.
--! guest: mmio
--! opt: config=@DIR@/device.xml
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0xcafef00d
--! stdout-any
--! stdout: read32 rtc_imsc 0x0
--! stdout: read8 rtc_id 0x5
--! stdout-any
--! stdout: aborts 2

on_mmio_read(0x09010010, function() return 3 end)
on_mmio_read(0x09010fe0, function() return 5 end)
