-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest mmio_loop. A hook on another device than the one that the loop reads: its hits are the UART's flags, read for
-- each character of the output.
local t = on_mmio_read("pl011", function() end)

on_exit(function() fi.log("BENCH hits %d", t.fired) end)
