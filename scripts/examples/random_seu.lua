-- SPDX-License-Identifier: MIT
-- A random single event upset: the seed chooses one of the 64 steps of one of two copies of a computation, and a bit of
-- the step's result. The guest compares the copies: it detects this. The seed repeats the run exactly:
-- ./fi run --seed 42 scripts/examples/random_seu.lua
--
-- fi: guest=selfcheck compare=golden
--
-- Output, with --seed 1:
--     golden run:
--     ok 0x223142e0
--
--     faulty run:
--     fi_lua: bit 1 of word 39 of data_b flips
--     DETECTED
--     journal:
--     {"n":2,"t":1137773,"kind":"fault","vcpu":0,"pc":"0x40201b1c","at":"compute_b+0x2c",
--     "trigger":"on_write [data_b+156, +4)","hit":1,"action":"write_memory","target":"0x404131a4","space":"virt",
--     "size":4,"old":"0x71f9d1c0","new":"0x71f9d1c2","info":{"bits":"1","duration":"transient","model":"bit-flip",
--     "upset":"SEU"}}

local faults = require "fi.faults"

local copy = fi.rng(2) == 1 and "data_a" or "data_b"
local word = fi.rng(0, 63)

on_write({copy .. "+" .. 4 * word, size = 4}, function(ev)
    local bits = faults.flip{mem = ev.addr, size = 4, nbits = 1}
    fi.log("bit %d of word %d of %s flips", bits[1], word, copy)
end)
