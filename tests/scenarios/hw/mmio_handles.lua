-- SPDX-License-Identifier: GPL-2.0-or-later
-- Hooks that are disabled, enabled and removed take effect with the next access.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x1
--! stdout: read16 rtc_mr 0x3344
--! stdout: read8 rtc_mr 0x1
--! stdout-any
--! stdout: dma control 0x0
--! stdout: read32 rtc_mr 0x554d4551
--! stdout-any
--! stdout: aborts 2
--! journal-count: fault 2

local hook = on_mmio_read(0x09010004, {name = "hook"}, function() return 1 end)

on_pc("load16", {limit = 1}, function() hook:disable() end)
on_pc("load8", {limit = 1}, function() hook:enable() end)
on_pc("begin_dma", function() hook:remove() end)
