-- SPDX-License-Identifier: MIT
-- A bit of a status register is stuck at 1: bit 1 of the position to which the SMMU has come with its commands
-- (CMDQ_CONS). While that bit is 1 anyway nothing happens; then the guest waits 20 ms for the SMMU in vain.
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
--     batch 1: prod 4 cons 6 err 0 stuck
--     batch 2: prod 6 cons 6 err 0
--     batch 3: prod 8 cons 10 err 0 stuck
--     events 0 overflows 0
--     interrupts event 0 sync 0 gerror 0, gerror 0x0 gerrorn 0x0
--     journal:
--     {"n":2,"t":1616557,"kind":"fault","vcpu":0,"pc":"0x40203430","at":"main+0x1a0","trigger":"stuck_status","hit":5,
--     "action":"mmio_read","target":"0x905009c","size":4,"region":"arm-smmuv3","old":"0x4","new":"0x6",
--     "info":{"bits":"1","duration":"permanent","model":"stuck-at-1"}}
--     (and more: one for each read)

local stuck_status = require "fi.scenarios.stuck_status"

stuck_status.arm{register = {"arm-smmuv3", offset = 0x9c}, bits = {1}, value = 1}
