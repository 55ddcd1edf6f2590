-- SPDX-License-Identifier: MIT
-- The UART's interrupt, 33, never arrives. The guest has a limit of half a second for it, and says what is missing.
--
-- fi: guest=interrupts machine=virt,gic-version=3 compare=golden
--
-- Output:
--     golden run:
--     gic v3 cores 1
--     core 0: 27x1 33x1
--     handled 2 of 2
--
--     faulty run:
--     gic v3 cores 1
--     core 0: 27x1
--     handled 1 of 2
--     fi_lua: irq_lost: 1 fault: the line was cut
--     journal:
--     {"n":2,"t":0,"kind":"fault","vcpu":null,"pc":null,"at":null,"trigger":null,"hit":null,"action":"irq",
--     "target":"spi 33","info":{"op":"suppress"}}

local irq_lost = require "fi.scenarios.irq_lost"

local fault = irq_lost.arm{line = {spi = 33}}

on_exit(function()
    fi.log("%s", fault:report())
end)
