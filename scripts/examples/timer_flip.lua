-- SPDX-License-Identifier: MIT
-- A bit flips at a given moment of virtual time. The guest counts interrupts of its timer, one each 16 us, up to five.
-- 40 us after it has begun to wait there have been two; bit 3 of the counter flips, and the third one makes it 11. With
-- -icount, virtual time is that of the executed instructions: the moment is the same in each run.
--
-- fi: guest=irq icount=shift=3,sleep=off compare=golden
--
-- Output:
--     golden run:
--     irq 5
--
--     faulty run:
--     irq 11
--     journal:
--     {"n":3,"t":85288,"kind":"fault","vcpu":0,"pc":null,"at":null,"trigger":"after_ns 40000","hit":1,
--     "action":"write_memory","target":"0x40412008","space":"virt","size":4,"old":"0x2","new":"0xa",
--     "info":{"bits":"3","duration":"transient","model":"bit-flip","upset":"SEU"}}

local faults = require "fi.faults"

on_pc("wait_for_irqs", {limit = 1}, function()
    after_ns(40000, function()
        faults.flip{mem = "irq_count", bit = 3}
    end)
end)
