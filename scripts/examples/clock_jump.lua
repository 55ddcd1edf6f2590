-- SPDX-License-Identifier: MIT
-- The clock jumps by an hour, forwards and in the end back, while the guest waits for 2 ms: its deadline is due
-- at once, the time that it measures is too long, then negative, and what it adds up carelessly becomes years.
--
-- fi: guest=clock compare=golden
--
-- Output, with --seed 1:
--     golden run:
--     round 0: took as long as it should
--     round 1: took as long as it should
--     round 2: took as long as it should
--     round 3: took as long as it should
--     in all less than a minute
--
--     faulty run:
--     round 0: took as long as it should
--     round 1: took too long
--     round 2: took as long as it should
--     round 3: took backwards
--     in all years
--     fi_lua: clock_jump: 1 fault: the clock jumped by 3600000000000 ns
--     fi_lua: back: 1 fault: the clock jumped by -3600000000000 ns
--     journal:
--     (11 lines of faults)

local clock_jump = require "fi.scenarios.clock_jump"

local HOUR <const> = 3600 * 1000000000

local forwards = clock_jump.arm{jump_ns = HOUR, code = "deadline_set", calls = 1}
local back = clock_jump.arm{jump_ns = -HOUR, code = "deadline_set", calls = 3, timers = "free", name = "back"}

on_exit(function()
    fi.log("%s", forwards:report())
    fi.log("%s", back:report())
end)
