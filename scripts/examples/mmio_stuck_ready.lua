-- SPDX-License-Identifier: MIT
-- A device that never gets ready: the SMMU's register that says how far it is with its commands (CMDQ_CONS) keeps
-- reading as 0. The guest waits 20 ms for each batch of commands, then gives up. The device has done them all the same.
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
--     batch 0: prod 2 cons 0 err 0 stuck
--     batch 1: prod 4 cons 0 err 0 stuck
--     batch 2: prod 6 cons 0 err 0 stuck
--     batch 3: prod 8 cons 0 err 0 stuck
--     events 0 overflows 0
--     interrupts event 0 sync 0 gerror 0, gerror 0x0 gerrorn 0x0
--     journal:
--     {"n":2,"t":118455662,"kind":"fault","vcpu":0,"pc":"0x40203430","at":"main+0x1a0",
--     "trigger":"stuck-at-0 arm-smmuv3+0x9c","hit":1,"action":"mmio_read","target":"0x905009c","size":4,
--     "region":"arm-smmuv3","old":"0x2","new":"0x0","info":{"bits":"0,1,2,3,4","duration":"permanent",
--     "model":"stuck-at-0"}}
--     (and more: one for each read)

local mmio = require "fi.mmio"

mmio.stuck_bits("arm-smmuv3", {offset = 0x9c, mask = 0x1f, value = 0})
