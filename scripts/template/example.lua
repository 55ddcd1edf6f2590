-- SPDX-License-Identifier: MIT
-- The guest sums up a buffer. Its first 64 loads disturb a word that comes later.
--
-- fi: guest=checksum compare=golden
--
-- Output:
--     golden run:
--     checksum 0xdc92167d
--
--     faulty run:
--     checksum 0xdc90b7e1
--     fi_lua: disturb: 1 fault: bit 7 flipped at the 64th load
--     journal:
--     {"n":2,"t":1216611,"kind":"fault","vcpu":0,"pc":"0x40202cc4","at":"checksum+0x4","trigger":"disturb","hit":64,
--     "action":"write_memory","target":"0x40412198","space":"virt","size":4,"old":"0xd732a340","new":"0xd732a3c0",
--     "info":{"bits":"7","duration":"transient","model":"bit-flip","upset":"SEU"}}

local disturb = require "mylib.disturb"

local fault = disturb.arm{aggressor = "buffer", victim = "buffer+0x190", bit = 7}

on_exit(function()
    fi.log("%s", fault:report())
end)
