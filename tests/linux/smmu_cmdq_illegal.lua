-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- While the disk is read, again and again, the SMMU reports illegal commands. Each time its driver says so, skips the
-- command that there is in that place of the queue (none: all were consumed) and goes on; all that is read is right.

--! guest: linux
--! disk
--! requires: mmio device_fault
--! sh: read_all() { echo 3 >/proc/sys/vm/drop_caches; sha256sum /dev/vda; }
--! sh: for i in 1 2 3 4 5 6; do read_all; done >/tmp/sums &
--! sh: for i in 1 2 3; do sleep 0.1; fault $i; done
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: CMDQ error \(cons 0x01[0-9a-f]{6}\): Illegal command$
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: skipping command in error state:$
--! stdout-re: CMDQ error \(cons 0x01[0-9a-f]{6}\): Illegal command$
--! stdout-re: CMDQ error \(cons 0x01[0-9a-f]{6}\): Illegal command$
--! sh: wait; uniq -c /tmp/sums
--! stdout-re: ^test: +6 d6a8c9c9a8fff1ae47c1a0d160c1629543185c29c220cdbe7723f1ca43b72e30  /dev/vda$
--! sh: awk '/gerror/ {print $2}' /proc/interrupts
--! stdout: test: 3
--! journal: {"kind":"fault","action":"device_fault","target":"~smmu"}
--! journal-count: {"kind":"fault","action":"device_fault"} 3

local smmu_cmdq = require "fi.scenarios.smmu_cmdq"

on_mmio_write(0x09030000, function()
    smmu_cmdq.arm{error = "illegal"}
end)
