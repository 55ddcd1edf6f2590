-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The RTC's data register reads 2001-09-09 in place of the time; the kernel's own clock, which was set earlier, is
-- not changed by that.

--! guest: linux
--! requires: mmio
--! sh: cut -c 1-6 /sys/class/rtc/rtc0/since_epoch
--! stdout: test: 176722
--! sh: fault 1
--! sh: cat /sys/class/rtc/rtc0/since_epoch
--! stdout: test: 1000000000
--! sh: hwclock -u -r | cut -c 1-24
--! stdout: test: Sun Sep  9 01:46:40 2001
--! sh: date -u +%Y
--! stdout: test: 2026
--! journal: {"kind":"fault","action":"mmio_read","target":"0x9010000","new":"0x3b9aca00"}

on_mmio_write(0x09030000, {limit = 1}, function()
    on_mmio_read(0x09010000, function() return 1000000000 end)
end)
