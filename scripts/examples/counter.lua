-- SPDX-License-Identifier: MIT
-- A fault under a condition that costs nothing to watch: the sort's first comparison after 500 swaps is answered
-- wrongly. The swaps are counted in generated code; Lua runs once.
--
-- fi: guest=sort compare=golden
--
-- Output:
--     golden run:
--     sorted yes, sum 0x9afbece0, swaps 890
--
--     faulty run:
--     sorted no, sum 0x9afbece0, swaps 881
--     fi_lua: 1 wrong answer, 881 swaps in all
--     journal:
--     {"n":3,"t":1618940,"kind":"fault","vcpu":0,"pc":"0x40201b78","at":"sort+0x58","trigger":"return of compare",
--     "hit":1,"action":"write_register","target":"x0","old":"0x1","new":"0x0","info":{"bits":"0",
--     "duration":"transient","model":"return-value","upset":"SEU"}}

local swaps = fi.counter("swaps")
swaps:count_pc("swap")

local faults = require "fi.faults"
local answers = faults.corrupt_return("compare", {bit = 0, when = swaps:ge(500)})

on_exit(function()
    fi.log("%d wrong answer, %d swaps in all", answers.fired, swaps:sum())
end)
