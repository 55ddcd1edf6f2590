-- SPDX-License-Identifier: MIT
-- An interrupt that no device sends, 41, comes 100 times, 1000 times a second. That one interrupt more is expected than
-- comes makes the guest wait for half a second.
--
-- fi: guest=interrupts machine=virt,gic-version=3 icount=shift=3,sleep=off compare=golden
--
-- Output:
--     golden run:
--     gic v3 cores 1
--     core 0: 27x1 33x1
--     handled 2 of 2
--
--     faulty run:
--     gic v3 cores 1
--     core 0: 27x1 33x1 41x100
--     handled 102 of 1000
--     fi_lua: irq_storm: 100 faults, the last: an interrupt that no device sent
--     journal:
--     {"n":2,"t":92696,"kind":"fault","vcpu":0,"pc":"0x40203180","at":"before_wait","trigger":"on_pc before_wait",
--     "hit":1,"action":"write_memory","target":"0x40413014","space":"virt","size":4,"old":"0x2","new":"0x3e8"}
--     (and more: one for each interrupt)

local irq_storm = require "fi.scenarios.irq_storm"

on_pc("before_wait", function() mem.u32.expected = 1000 end)
local fault = irq_storm.arm{line = {spi = 41}, rate = 1000, count = 100, code = "before_wait"}

on_exit(function()
    fi.log("%s", fault:report())
end)
