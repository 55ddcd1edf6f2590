-- SPDX-License-Identifier: MIT
-- A bit of the array that the guest sorts sticks at 0: a value that passes there is another one afterwards.
--
-- fi: guest=sort compare=golden
--
-- Output, with --seed 1:
--     golden run:
--     sorted yes, sum 0x9afbece0, swaps 890
--
--     faulty run:
--     sorted no, sum 0x1afbece0, swaps 832
--     fi_lua: stuck_cell: 12 faults, the last: bit 29 of values+0x20 stuck at 0
--     journal:
--     {"n":3,"t":6177455,"kind":"fault","vcpu":0,"pc":"0x40202c5c","at":"swap+0xc","trigger":"stuck_cell","hit":1,
--     "action":"write_memory","target":"0x40412030","space":"virt","size":4,"old":"0xbded2256","new":"0x9ded2256",
--     "info":{"bits":"29","duration":"permanent","model":"stuck-at-0"}}
--     (11 more)

local stuck_cell = require "fi.scenarios.stuck_cell"

local fault = stuck_cell.arm{target = "values+0x20", bits = {29}, value = 0, code = "sort"}

on_exit(function()
    fi.log("%s", fault:report())
end)
