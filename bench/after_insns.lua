-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop. A count of instructions that does not come to its end.
local t = after_insns(1 << 40, function() error("reached") end)

on_exit(function() fi.log("BENCH hits %d", t.hits) end)
