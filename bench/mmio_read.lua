-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest mmio_loop_small. Each read is answered by Lua; the device is not asked.
local t = on_mmio_read(0x09010fe0, function() return 0 end)

on_exit(function() fi.log("BENCH hits %d", t.fired) end)
