-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop. Triggers where the guest is once; the hot loop is left alone. arg.n of them, from 1 to 4: each number
-- gives the translations of the hot loop another place in QEMU's buffer.
local n = math.tointeger(fi.args.n)
local main = fi.symbol("main")
local hits = 0

local function handler()
    hits = hits + 1
end

for i = 0, n - 1 do
    on_pc(main + 4 * i, handler)
end
on_exit(function() fi.log("BENCH hits %d", hits) end)
