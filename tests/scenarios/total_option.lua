-- SPDX-License-Identifier: GPL-2.0-or-later
-- The option total: hits of all vCPUs count together, so "after = 3" leaves just the last of four cores to arrive.
-- Without it each core counts its own, and none gets that far.
--! guest: smp
--! stdout: smp cores 4 total 4000
--! stdout-re: ^core 0 sum 0x
--! stdout-re: ^core 1 sum 0x
--! stdout-re: ^core 2 sum 0x
--! stdout-re: ^core 3 sum 0x
--! checks: 5

local check = require "fi.check"

local fourth = on_pc("work", {total = true, after = 3}, function(ev)
    check.eq(ev.hits, 4, "hits in all")
end)
local own = on_pc("work", {after = 3}, function() end)
local every = on_pc("work", {total = true, every = 2, limit = 1}, function() end)

check.at_exit(function()
    check.fired(fourth, 1)
    check.fired(own, 0)
    check.count(own, 4)
    check.fired(every, 1)
end)
