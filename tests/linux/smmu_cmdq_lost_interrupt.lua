-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Two faults: the SMMU's command queue stops at an error, and the interrupt that should tell the driver is lost. The
-- driver waits for each CMD_SYNC in vain and says so after a second; reading goes on all the same, since the disk
-- needs nothing of the queue. When the interrupt has arrived, the SMMU tries again.

--! guest: linux
--! disk
--! smp: 2
--! requires: mmio device_fault irq
--! sh: gerrors() { awk '/gerror/ {print $2, $3}' /proc/interrupts; }
--! sh: fault 1; taskset 2 dd if=/dev/vda bs=4k skip=1 count=1 iflag=direct 2>/dev/null | od -An -tx4 -N4; gerrors
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: CMD_SYNC timeout at 0x\w{8} \[hwprod 0x\w{8}, hwcons 0x02\w{6}\]$
--! stdout: test:  00000008
--! stdout: test: 0 0
--! sh: fault 2; gerrors; sha256sum /dev/vda
--! stdout-re: CMDQ error \(cons 0x02[0-9a-f]{6}\): Abort on command fetch$
--! stdout: test: 1 0
--! stdout: test: d6a8c9c9a8fff1ae47c1a0d160c1629543185c29c220cdbe7723f1ca43b72e30  /dev/vda
--! journal-count: fault 4

local smmu_cmdq = require "fi.scenarios.smmu_cmdq"

local fault
on_mmio_write(0x09030000, function(ev)
    if ev.value == 1 then
        fault = smmu_cmdq.arm{error = "abort", when = "next", lost_interrupt = true}
    else
        fault:remove()
    end
end)
