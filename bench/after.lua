-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop. An instruction that is executed 160 M times, and an `after` that is never reached.
local t = on_pc("hot", {after = 1 << 40}, function() error("reached") end)

on_exit(function() fi.log("BENCH hits %d", t.hits) end)
