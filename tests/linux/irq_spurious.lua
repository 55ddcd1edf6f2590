-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The interrupt of the SMMU's errors comes three times though there is no error, while the disk is read through the SMMU:
-- the driver finds none, and the kernel has counted them. What was read is right.

--! guest: linux
--! disk
--! requires: mmio irq timers
--! sh: fault 1
--! sh: for i in 1 2 3 4 5; do echo 3 >/proc/sys/vm/drop_caches; sha256sum /dev/vda; sleep 0.2; done | uniq -c
--! stdout-re: ^test: +5 d6a8c9c9a8fff1ae47c1a0d160c1629543185c29c220cdbe7723f1ca43b72e30  /dev/vda$
--! sh: sleep 0.5; awk '/gerror/ {print $2}' /proc/interrupts
--! stdout: test: 3
--! not-stdout: CMDQ error
--! journal-count: {"kind":"fault","action":"irq","target":"spi 109","info":{"op":"pulse"}} 3

local irq_spurious = require "fi.scenarios.irq_spurious"

on_mmio_write(0x09030000, function()
    irq_spurious.arm{line = {spi = 109}, times = 3, within_ns = 800000000}
end)
