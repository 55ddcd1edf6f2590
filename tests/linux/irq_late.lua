-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The RTC's alarm rings four seconds late: its interrupt is withheld. When it comes at last, the kernel handles it.

--! guest: linux
--! requires: mmio irq discontinuity timers
--! sh: count() { awk '/rtc-pl031/ {print $2}' /proc/interrupts; }
--! sh: fault 1
--! sh: echo +1 >/sys/class/rtc/rtc0/wakealarm; sleep 2.2; count
--! stdout: test: 0
--! sh: sleep 4.2; count
--! stdout: test: 1
--! sh: echo +1 >/sys/class/rtc/rtc0/wakealarm; sleep 2.2; count
--! stdout: test: 2
--! journal: {"kind":"fault","action":"irq","target":"spi 34","info":{"op":"suppress"}}
--! journal: {"kind":"fault","action":"irq","target":"spi 34","info":{"op":"restore"}}

local slow_device = require "fi.scenarios.slow_device"

on_mmio_write(0x09030000, function()
    slow_device.arm{line = {spi = 34}, irq_ns = 4000000000, times = 1}
end)
