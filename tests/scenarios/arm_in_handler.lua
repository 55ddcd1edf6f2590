-- SPDX-License-Identifier: GPL-2.0-or-later
-- Triggers armed in a handler: at the next instruction it is live already, at the same one from the next time on.
-- victim() returns 1 a thousand times: call 1 returns 3 (armed on the next instruction), the others 1.
--! guest: dynamic
--! stdout: victim sum 1002
--! checks: 3

local check = require "fi.check"

local same, next_one
local outer = on_pc("victim", {limit = 1}, function()
    same = on_pc("victim", {name = "same"}, function(ev) assert(ev.hits <= 999) end)
    next_one = on_pc("victim+4", {limit = 1, name = "next"}, function() cpu.w0 = 3 end)
end)

check.at_exit(function()
    check.fired(outer, 1)
    check.fired(next_one, 1)
    check.fired(same, 999)
end)
