-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop. From a handler, arms a trigger for an instruction that is executed a few instructions later: the time
-- from there to its first firing. Each trigger ends by its limit.
local samples = {}

on_pc("store_location", {after = 1000, every = 500}, function()
    local begin = fi.now_ns()
    on_pc("hot_next", {limit = 1}, function()
        samples[#samples + 1] = fi.now_ns() - begin
    end)
end)
on_exit(function() fi.log("BENCH samples %s", table.concat(samples, " ")) end)
