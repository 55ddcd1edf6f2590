-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The disk is read again and again; the SMMU cannot fetch a command that the driver queues meanwhile, after ten others.
-- The driver says what happened and has the SMMU try again, and what is read is right.

--! guest: linux
--! disk
--! smp: 2
--! requires: mmio device_fault
--! sh: read_all() { echo 3 >/proc/sys/vm/drop_caches; taskset 2 sha256sum /dev/vda; }
--! sh: fault 1; for i in 1 2 3 4; do read_all; done | uniq -c
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: CMDQ error \(cons 0x02[0-9a-f]{6}\): Abort on command fetch$
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: retrying command fetch$
--! stdout-re: ^test: +4 d6a8c9c9a8fff1ae47c1a0d160c1629543185c29c220cdbe7723f1ca43b72e30  /dev/vda$
--! sh: awk '/gerror/ {print $2, $3}' /proc/interrupts
--! stdout: test: 1 0
--! not-stdout: timeout
--! stderr-re: ^fi_lua: smmu_cmdq: 1 fault: abort at command 1[1-9]$
--! journal-count: {"kind":"fault","action":"device_fault"} 1

local smmu_cmdq = require "fi.scenarios.smmu_cmdq"

local fault
on_mmio_write(0x09030000, {limit = 1}, function()
    fault = smmu_cmdq.arm{error = "abort", when = "next", commands = 10}
end)
on_exit(function()
    fi.log("%s", fault:report())
end)
