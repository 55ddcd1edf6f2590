-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop. The guest takes no exception in its loop.
local t = on_exception(function() end)

on_exit(function() fi.log("BENCH hits %d", t.hits) end)
