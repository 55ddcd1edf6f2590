-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Spurious interrupts at a rate of 2000 a second of virtual time on the line of the SMMU's errors: its driver finds
-- no error each time, and the kernel has counted them all.

--! guest: linux
--! modes: icount
--! requires: mmio irq timers
--! sh: count() { awk '/gerror/ {print $2}' /proc/interrupts; }
--! sh: count
--! stdout: test: 0
--! sh: fault 1; sleep 1; count
--! stdout: test: 500
--! sh: sleep 1; count
--! stdout: test: 500

local irq_storm = require "fi.scenarios.irq_storm"

on_mmio_write(0x09030000, function()
    irq_storm.arm{line = {spi = 109}, rate = 2000, count = 500}
end)
