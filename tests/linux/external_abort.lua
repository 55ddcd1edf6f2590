-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A device that answers with a bus error. A program that reads it gets SIGBUS; a driver's read is an oops of the
-- kernel, which ends the program that asked, and the rest goes on.

--! guest: linux
--! requires: mmio
--! sh: devmem 0x09010000 32
--! stdout-re: ^test: Bus error
--! sh: cat /sys/class/rtc/rtc0/since_epoch >/tmp/epoch
--! stdout-re: ^Internal error: synchronous external abort: 0*96000210 \[#1\]
--! stdout-re: ^pc : pl031_read_time\+0x
--! stdout-re: ^test: Segmentation fault
--! sh: uname -s
--! stdout: test: Linux
--! journal-count: {"kind":"fault","action":"mmio_fail","target":"0x9010000"} 2

-- The kernel has set its clock from it by the time that programs run
on_insn({mask = 0xffffffff, value = 0xd4000001}, {el = 0, limit = 1, name = "first system call"}, function()
    on_mmio_read(0x09010000, function() return fi.BUS_ERROR end)
end)
