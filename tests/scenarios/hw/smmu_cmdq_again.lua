-- SPDX-License-Identifier: GPL-2.0-or-later
-- Errors in two batches: GERROR toggles, so that it is 0 again after the second.
--! guest: smmu
--! tiers: patched
--! requires: device_fault
--! stdout: smmu cr0ack 0xc irq_ctrlack 0x5
--! stdout: gerror 0x1 gerrorn 0x0 cons.err 1 at 0 command 0x4
--! stdout: batch 0: prod 2 cons 2 err 1
--! stdout: batch 1: prod 4 cons 4 err 1
--! stdout: batch 2: prod 6 cons 6 err 1
--! stdout: gerror 0x0 gerrorn 0x1 cons.err 2 at 6 command 0x4
--! stdout: batch 3: prod 8 cons 8 err 2
--! stdout: events 0 overflows 0
--! stdout: interrupts event 0 sync 0 gerror 2, gerror 0x0 gerrorn 0x0
--! journal-count: fault 2

on_pc("before_batch", function()
    if cpu.w0 == 0 then
        fi.device.fault("smmuv3", "cmdq", {error = "illegal"})
    elseif cpu.w0 == 3 then
        fi.device.fault("smmuv3", "cmdq", {error = "abort"})
    end
end)
