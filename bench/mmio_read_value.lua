-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest mmio_loop_small. Lua asks the device at each read, looks at what it said, and lets it pass.
local ID = 0x31
local as_expected = 0
on_mmio_read(0x09010fe0, function(ev)
    if ev.value == ID then
        as_expected = as_expected + 1
    end
end)

on_exit(function() fi.log("BENCH hits %d", as_expected) end)
