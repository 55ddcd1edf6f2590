-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop_long. One trigger that lives through the whole run fires three times: at the first the benchmark reads
-- QEMU's count of flushes, at the second the handler arms arg.n triggers, at the third the benchmark reads it again.
-- Triggers that end would ask for flushes of their own: there are none before the end of the loop.
local n = math.tointeger(fi.args.n)
local base = fi.symbol("cold_area")
local step = 0
local fired = 0

local function handler()
    fired = fired + 1
end

on_pc("store_location", {after = 99999, every = 200000}, function()
    step = step + 1
    if step == 1 then
        fi.log("BENCH before")
    elseif step == 2 then
        local begin = fi.now_ns()
        for i = 0, n - 1 do
            on_pc(base + 4 * i, handler)
        end
        fi.log("BENCH armed_ns %d", fi.now_ns() - begin)
    else
        fi.log("BENCH after")
    end
end)
on_exit(function() fi.log("BENCH hits %d", fired) end)
