-- SPDX-License-Identifier: MIT
-- After two commands the SMMU finds the next one illegal. The driver is told so by an interrupt, replaces the command
-- by a CMD_SYNC, and goes on.
--
-- fi: guest=smmu machine=virt,iommu=smmuv3 compare=golden
--
-- Output:
--     golden run:
--     smmu cr0ack 0xc irq_ctrlack 0x5
--     batch 0: prod 2 cons 2 err 0
--     batch 1: prod 4 cons 4 err 0
--     batch 2: prod 6 cons 6 err 0
--     batch 3: prod 8 cons 8 err 0
--     events 0 overflows 0
--     interrupts event 0 sync 0 gerror 0, gerror 0x0 gerrorn 0x0
--
--     faulty run:
--     smmu cr0ack 0xc irq_ctrlack 0x5
--     batch 0: prod 2 cons 2 err 0
--     gerror 0x1 gerrorn 0x0 cons.err 1 at 2 command 0x4
--     batch 1: prod 4 cons 4 err 1
--     batch 2: prod 6 cons 6 err 1
--     batch 3: prod 8 cons 8 err 1
--     events 0 overflows 0
--     interrupts event 0 sync 0 gerror 1, gerror 0x1 gerrorn 0x1
--     fi_lua: smmu_cmdq: 1 fault: illegal at command 3
--     journal:
--     {"n":3,"t":2271492,"kind":"fault","vcpu":0,"pc":"0x40203428","at":"main+0x198","trigger":"smmu_cmdq","hit":3,
--     "action":"device_fault","target":"smmuv3 cmdq","info":{"error":"illegal","when":"next"}}

local smmu_cmdq = require "fi.scenarios.smmu_cmdq"

local fault = smmu_cmdq.arm{when = "next", commands = 2}

on_exit(function()
    fi.log("%s", fault:report())
end)
