-- SPDX-License-Identifier: MIT
-- The clock stands still, and its timer goes on interrupting: the guest waits for 2 ms and measures nothing.
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
--     round 1: took nothing
--     round 2: took nothing
--     round 3: took nothing
--     in all less than a minute
--     fi_lua: clock_stop: 1 fault: the clock stands still
--     journal:
--     (6 lines of faults)

local clock_stop = require "fi.scenarios.clock_stop"

local fault = clock_stop.arm{code = "before_round", calls = 1, timers = "free"}

on_exit(function()
    fi.log("%s", fault:report())
end)
