-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The library's fail_call on the way to error paths: there is no memory for a disk when its driver is bound, which the kernel
-- and the shell report; the RTC's driver fails while hwclock asks, and only then.

--! guest: linux
--! disk
--! requires: set_pc mmio
--! sh: cd /sys/bus/virtio/drivers/virtio_blk; echo virtio0 >unbind
--! sh: fault 1
--! sh: echo virtio0 >bind
--! stdout-re: ^virtio_blk: probe of virtio0 failed with error -12$
--! stdout-re: ^test: sh: write error: (Cannot allocate|Out of) memory$
--! sh: ls /dev/vda
--! stdout: test: ls: /dev/vda: No such file or directory
--! sh: hwclock -u -r
--! stdout-re: ^test: hwclock: RTC_RD_TIME: (Input/output|I/O) error$
--! sh: hwclock -u -r | cut -c 1-14
--! stdout: test: Thu Jan  1 00:
--! journal: {"kind":"fault","trigger":"disk","action":"write_register","target":"x0","new":"0xfffffffffffffff4"}
--! journal: {"kind":"fault","trigger":"rtc","action":"write_register","target":"x0","new":"0xfffffffffffffffb"}
--! journal-count: {"kind":"fault","action":"write_register"} 2

local fail_call = require "fi.scenarios.fail_call"

-- Armed before the kernel has an address; the calls while it boots do not count
local disk = {code = "kernel:__blk_mq_alloc_disk", value = -12, calls = 1, name = "disk"}
fail_call.arm(disk)

on_mmio_write(0x09030000, {limit = 1}, function()
    fail_call.arm{code = "kernel:pl031_read_time", value = -5, name = "rtc", caller = "kernel:__rtc_read_time"}
end)
