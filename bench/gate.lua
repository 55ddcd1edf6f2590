-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop. One fi.defer before the loop: from then on each translation block looks for deferred work.
local ran = 0

on_pc("loop_run", {limit = 1}, function()
    fi.defer(0, function() ran = ran + 1 end)
end)
on_exit(function() fi.log("BENCH hits %d", ran) end)
