-- SPDX-License-Identifier: MIT
-- A function fails: from the eleventh call on nothing is swapped, and the check at the end says that all is well.
--
-- fi: guest=sort compare=golden
--
-- Output, with --seed 1:
--     golden run:
--     sorted yes, sum 0x9afbece0, swaps 890
--
--     faulty run:
--     sorted yes, sum 0x9afbece0, swaps 10
--     fi_lua: fail_call: 41 faults, the last: the call from sort+0x3c returned 0
--     fi_lua: is_sorted: 1 fault: the call from main+0x3c returned 1
--     journal:
--     (84 lines of faults)

local fail_call = require "fi.scenarios.fail_call"

local swaps = fail_call.arm{code = "swap", value = 0, calls = 10, every = 1}
local sorted = fail_call.arm{code = "is_sorted", value = 1, name = "is_sorted"}

on_exit(function()
    fi.log("%s", swaps:report())
    fi.log("%s", sorted:report())
end)
