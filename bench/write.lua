-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop. 160 M stores elsewhere, one in 1025 stores is to the watched 8 bytes and enters Lua.
local t = on_write("location", function() end)

on_exit(function() fi.log("BENCH hits %d", t.fired) end)
