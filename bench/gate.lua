-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop, plugin option stock=on. One fi.defer before the loop from a place that cannot run the function itself:
-- without work on a vCPU from any thread, each translation block looks for deferred work from then on.
local ran = 0

on_pc("loop_run", {limit = 1}, function()
    -- The outer function runs when this handler has ended, without the gate
    fi.defer(0, function()
        fi.defer(0, function() ran = ran + 1 end)
    end)
end)
on_exit(function() fi.log("BENCH hits %d", ran) end)
