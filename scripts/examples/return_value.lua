-- SPDX-License-Identifier: MIT
-- A function returns something else: the comparison of a sort always answers "not greater", so nothing is ever swapped.
--
-- fi: guest=sort compare=golden
--
-- Output:
--     golden run:
--     sorted yes, sum 0x9afbece0, swaps 890
--
--     faulty run:
--     sorted no, sum 0x9afbece0, swaps 0
--     fi_lua: 63 answers of compare were replaced
--     journal:
--     {"n":2,"t":1323911,"kind":"fault","vcpu":0,"pc":"0x40201b78","at":"sort+0x58","trigger":"return of compare",
--     "hit":1,"action":"write_register","target":"x0","old":"0x0","new":"0x0","info":{"duration":"permanent",
--     "model":"return-value"}}
--     (62 more)

local faults = require "fi.faults"

local calls = faults.corrupt_return("compare", {value = 0, persistence = "always"})

on_exit(function() fi.log("%d answers of compare were replaced", calls.fired) end)
