-- SPDX-License-Identifier: GPL-2.0-or-later
-- wait_mmio_read and wait_mmio_write: a chain over accesses of two devices; the read that is waited for is not changed.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout-any
--! stdout: read8 gpio_dir 0xff
--! stdout: write32 gpio_data 0xa5 done
--! stdout: read32 gpio_data 0xff
--! stdout-any
--! journal: {"kind":"fault","action":"write_memory","space":"phys","target":"0x90303fc","new":"0xff"}
--! journal-count: fault 1
--! checks: 3

local check = require "fi.check"

task(function()
    local ev = wait_mmio_write(0x09010004)
    check.eq(ev.value, 0x11223344, "value of the write")
    ev = wait_mmio_read("pl061")
    check.eq(ev.paddr, 0x09030400, "first read of the GPIO")
    ev = wait_mmio_write(0x090303fc)
    check.eq(ev.value, 0xa5, "value of the second write")
    wait_pc("load32")
    phys.u32[0x090303fc] = 0xff
end)
