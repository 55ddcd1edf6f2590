-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop_small. Lua on each of 3 M hits; the handler takes the event.
local t = on_pc("hot", function(_) end)

on_exit(function() fi.log("BENCH hits %d", t.fired) end)
