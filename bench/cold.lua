-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop. arg.n triggers, each on an instruction of its own in code that runs once, behind the hot loop.
local n = math.tointeger(fi.args.n)
local base = fi.symbol("cold_area")
local fired = 0

local function handler()
    fired = fired + 1
end

for i = 0, n - 1 do
    on_pc(base + 4 * i, handler)
end
on_exit(function() fi.log("BENCH hits %d", fired) end)
