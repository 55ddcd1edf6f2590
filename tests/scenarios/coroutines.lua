-- SPDX-License-Identifier: GPL-2.0-or-later
-- A scenario's own coroutines: generators across several handlers, registers written from inside one.
--! guest: dynamic
--! stdout: victim sum 1004
--! checks: 1

local check = require "fi.check"

local values = coroutine.wrap(function()
    for value = 1, 3 do
        cpu.w0 = value
        coroutine.yield(value)
    end
end)

local seen = {}
on_pc("victim+4", {limit = 3}, function() seen[#seen + 1] = values() end)
on_pc("victim+4", {after = 3, limit = 1}, function() cpu.w0 = 2 end)

check.at_exit(function() check.eq(table.concat(seen, " "), "1 2 3", "values") end)
