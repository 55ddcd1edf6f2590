-- SPDX-License-Identifier: MIT
-- A particle hits the memory of one of two copies of a computation: three neighbouring bits of a word flip, one
-- more than error-correcting memory is made for, when the copy's 64 numbers have been stored. The guest compares the
-- copies.
--
-- fi: guest=selfcheck compare=golden
--
-- Output, with --seed 1:
--     golden run:
--     ok 0x223142e0
--
--     faulty run:
--     DETECTED
--     fi_lua: mbu_memory: 1 fault: bits 55,56,57 of data_b+0x8 (beyond SECDED)
--     journal:
--     {"n":2,"t":520201,"kind":"fault","vcpu":0,"pc":"0x40202cbc","at":"compute_b+0x2c","trigger":"mbu_memory",
--     "hit":64,"action":"write_memory","target":"0x40413116","space":"virt","size":2,"old":"0x4b5c","new":"0x48dc",
--     "info":{"bits":"7,8,9","duration":"transient","model":"bit-flip","upset":"MBU"}}

local mbu_memory = require "fi.scenarios.mbu_memory"

local fault = mbu_memory.arm{target = "data_b", nbits = 3, access = "write", accesses = 63}

on_exit(function()
    fi.log("%s", fault:report())
end)
