-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The SMMU cannot fetch a command, while CPU 1 waits for what comes behind it. CPU 0 has the error's interrupt: the
-- driver says what happened and has the SMMU try again. Reading goes on, and what was read is right.

--! guest: linux
--! disk
--! smp: 2
--! requires: mmio device_fault
--! sh: fault 1; taskset 2 sha256sum /dev/vda
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: CMDQ error \(cons 0x02[0-9a-f]{6}\): Abort on command fetch$
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: retrying command fetch$
--! stdout: test: d6a8c9c9a8fff1ae47c1a0d160c1629543185c29c220cdbe7723f1ca43b72e30  /dev/vda
--! sh: awk '/gerror/ {print $2, $3}' /proc/interrupts
--! stdout: test: 1 0
--! not-stdout: timeout
--! journal-count: {"kind":"fault","action":"device_fault"} 1

local smmu_cmdq = require "fi.scenarios.smmu_cmdq"

on_mmio_write(0x09030000, function()
    smmu_cmdq.arm{error = "abort", when = "next"}
end)
