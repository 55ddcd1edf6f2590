-- SPDX-License-Identifier: MIT
-- The SMMU takes 10 s to say that it has done a command, for which the guest waits 20 ms: bit 1 of the position to
-- which it has come (CMDQ_CONS) is late after each write of the position to which it is to go (CMDQ_PROD).
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
--     batch 1: prod 4 cons 4 err 0
--     batch 2: prod 6 cons 4 err 0 stuck
--     batch 3: prod 8 cons 8 err 0
--     events 0 overflows 0
--     interrupts event 0 sync 0 gerror 0, gerror 0x0 gerrorn 0x0
--     journal:
--     {"n":2,"t":1291890,"kind":"fault","vcpu":0,"pc":"0x40203430","at":"main+0x1a0","trigger":"slow_device","hit":1,
--     "action":"mmio_read","target":"0x905009c","size":4,"region":"arm-smmuv3","old":"0x2","new":"0x0",
--     "info":{"duration":"permanent","model":"value"}}
--     (and more: one for each read)

local slow_device = require "fi.scenarios.slow_device"

slow_device.arm{
    register = {"arm-smmuv3", offset = 0x9c, size = 4}, bit = 1, ns = 10000000000,
    command = {"arm-smmuv3", offset = 0x98, size = 4},
}
