-- SPDX-License-Identifier: GPL-2.0-or-later
-- Hooks removed while they run: one that removes itself still has its result; one that is removed by the hook before it, in
-- the same access, does not run any more.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x1
--! stdout: read16 rtc_mr 0x3344
--! stdout: read8 rtc_mr 0x44
--! stdout-any
--! stdout: read8 gpio_dir 0xff
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"trigger","name":"itself","hits":1,"fired":1,"state":"removed"}
--! journal: {"kind":"trigger","name":"victim","fired":0,"state":"removed"}
--! journal: {"kind":"not_fired","name":"victim"}
--! journal-count: fault 1

local itself
itself = on_mmio_read(0x09010004, {name = "itself"}, function()
    itself:remove()
    collectgarbage()
    return 1
end)

local victim
on_mmio_read(0x09030400, {name = "remover", limit = 1}, function() victim:remove() end)
victim = on_mmio_read(0x09030400, {name = "victim"}, function() return 2 end)
