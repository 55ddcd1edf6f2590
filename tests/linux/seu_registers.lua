-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The library's seu_registers in the kernel: a bit of the pointer that the RTC's driver is given flips. The address is none,
-- the kernel says where, ends the program that asked, and goes on.

--! guest: linux
--! requires: mmio
--! sh: fault 1; cat /sys/class/rtc/rtc0/since_epoch >/tmp/epoch
--! stdout-re: ^Unable to handle kernel paging request at virtual address ffff01
--! stdout-re: ^Internal error: Oops: 0*96000004 \[#1\]
--! stdout-re: ^pc : pl031_read_time\+0x
--! stdout-re: ^test: Segmentation fault
--! sh: uname -s
--! stdout: test: Linux
--! journal: {"kind":"fault","trigger":"seu_registers","at":"pl031_read_time","action":"write_register","target":"x0","info":{"model":"bit-flip","upset":"SEU","bits":"40"}}
--! journal-count: fault 1

local seu_registers = require "fi.scenarios.seu_registers"

on_mmio_write(0x09030000, {limit = 1}, function()
    seu_registers.arm{code = "kernel:pl031_read_time", insns = 1, registers = {"x0"}, bit = 40}
end)
