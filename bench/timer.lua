-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guests loop, loop_small. How late timers are in virtual time: a periodic one, and a chain of at_ns each of which is
-- armed by the one before. arg.period is in nanoseconds.
local period = math.tointeger(fi.args.period)
local samples = {}
local asked

local function sample(ev)
    samples[#samples + 1] = fi.now_ns() - ev.deadline
end

local function one_of_the_chain(ev)
    sample(ev)
    assert(ev.deadline == asked, "another deadline than was asked for")
    asked = fi.now_ns() + period * 7 // 5
    at_ns(asked, one_of_the_chain)
end

on_pc("loop_run", {limit = 1}, function()
    every_ns(period, sample)
    asked = fi.now_ns() + period // 3
    at_ns(asked, one_of_the_chain)
end)
on_exit(function() fi.log("BENCH samples %s", table.concat(samples, " ")) end)
