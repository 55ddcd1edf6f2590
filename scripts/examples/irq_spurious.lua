-- SPDX-License-Identifier: MIT
-- An interrupt comes that no device has sent: 40, to which nothing is connected. The guest counts it with the others.
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
--     core 0: 27x1 33x1 40x1
--     handled 3 of 2
--     fi_lua: irq_spurious: 1 fault: an interrupt that no device sent
--     journal:
--     {"n":2,"t":1508675,"kind":"fault","vcpu":0,"pc":"0x40203180","at":"before_wait","trigger":"irq_spurious",
--     "hit":1,"action":"irq","target":"spi 40","info":{"op":"pulse"}}

local irq_spurious = require "fi.scenarios.irq_spurious"

local fault = irq_spurious.arm{line = {spi = 40}, code = "before_wait"}

on_exit(function()
    fi.log("%s", fault:report())
end)
