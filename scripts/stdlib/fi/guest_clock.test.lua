-- SPDX-License-Identifier: MIT
-- fi.guest_clock by itself: what it shows behind jumps and stops, by the guest's own comparison of two reads. How deadlines
-- go by it is in tests/scenarios/stdlib/clock_*.lua.
--! guest: sysregs
--! requires: set_pc clock
--! stdout-any
--! stdout: counter runs backwards
--! stdout-any
--! checks: 8

local check = require "fi.check"
local guest_clock = require "fi.guest_clock"

local triggers = {}
local owner = {owns = function(_, trigger) triggers[#triggers + 1] = trigger end}
local clock

-- The second of two reads
on_pc("read_counter", {after = 1, limit = 1}, function()
    local now = fi.now_ns()
    clock:jump(5000)
    clock:stop()
    check.ok(clock.stopped >= now + 5000, "it stands where it was")
    clock:jump(-now)                        -- is there when it goes on
    check.eq(clock.offset, 5000 - now, "both jumps")
    clock:go("right")
    check.eq(clock.stopped, nil, "it goes on")
end)

clock = guest_clock.new{fault = owner, name = "clock"}
check.eq(#triggers, 4, "counters only")
clock:go("late")
check.eq(clock.offset, 0, "it did not stand still")
guest_clock.new{fault = owner, name = "follows", follow = true}
check.eq(#triggers, 4 + 4 + 8, "comparators, too")

check.at_exit(function()
    check.eq(clock.reads, 1, "reads of a wrong clock")
    clock:set_right()
    check.eq(clock.offset, 0, "right again")
end)
