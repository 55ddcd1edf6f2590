-- SPDX-License-Identifier: GPL-2.0-or-later
-- An error of the next command that is consumed, not of now: pending when it is asked for, and then that command's.
--! guest: smmu
--! tiers: patched
--! requires: device_fault
--! stdout: smmu cr0ack 0xc irq_ctrlack 0x5
--! stdout: batch 0: prod 2 cons 2 err 0
--! stdout: gerror 0x1 gerrorn 0x0 cons.err 1 at 2 command 0x4
--! stdout: batch 1: prod 4 cons 4 err 1
--! stdout: batch 2: prod 6 cons 6 err 1
--! stdout: batch 3: prod 8 cons 8 err 1
--! stdout: events 0 overflows 0
--! stdout: interrupts event 0 sync 0 gerror 1, gerror 0x1 gerrorn 0x1
--! journal: {"kind":"fault","action":"device_fault","target":"smmuv3 cmdq","info":{"error":"illegal","when":"next"}}
--! journal-count: fault 1

on_pc("before_batch", function()
    if cpu.w0 == 1 then
        fi.device.fault("smmuv3", "cmdq", {error = "illegal", when = "next"})
    end
end)
