-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.BUS_ERROR: the access ends in a synchronous external abort with the access's address; the device sees nothing of it. ESR.EA is set:
-- QEMU has a device that answers with an error as the external abort of another type than one that is not there.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: write32 rtc_mr 0x11223344 done
--! stdout: read32 rtc_mr abort esr 0x96000210 far 0x9010004 elr load32
--! stdout: read16 rtc_mr 0x3344
--! stdout-any
--! stdout: read64 rtc_id abort esr 0x96000210 far 0x9010fe0 elr load64
--! stdout-any
--! stdout: write32 gpio_data 0xa5 abort esr 0x96000250 far 0x90303fc elr store32
--! stdout: read32 gpio_data 0x0
--! stdout-any
--! stdout: aborts 5
--! journal: {"kind":"fault","at":"load32","action":"mmio_fail","target":"0x9010004","size":4}
--! journal: {"kind":"fault","at":"load64","action":"mmio_fail","target":"0x9010fe0","size":8}
--! journal: {"kind":"fault","at":"store32","action":"mmio_fail","target":"0x90303fc","size":4}
--! journal-count: fault 3

on_mmio_read(0x09010004, {limit = 1}, function() return fi.BUS_ERROR end)
on_mmio_read(0x09010fe0, {size = 8}, function() return fi.BUS_ERROR end)
on_mmio_write(0x090303fc, function() return fi.BUS_ERROR end)
