-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Of three alarms of the RTC the second one's interrupt is lost, though its line is level-triggered: it is cut until the
-- RTC lets go of it, which it does when the driver sets the third. That one arrives.

--! guest: linux
--! requires: mmio irq discontinuity
--! sh: count() { awk '/rtc-pl031/ {print $2}' /proc/interrupts; }
--! sh: alarm() { echo +1 >/sys/class/rtc/rtc0/wakealarm; sleep 2.2; }
--! sh: fault 1
--! sh: alarm; count
--! stdout: test: 1
--! sh: alarm; count
--! stdout: test: 1
--! sh: echo 0 >/sys/class/rtc/rtc0/wakealarm; sleep 0.2
--! sh: alarm; count
--! stdout: test: 2
--! journal: {"kind":"fault","action":"irq","target":"spi 34","info":{"op":"suppress"}}
--! journal: {"kind":"fault","action":"irq","target":"spi 34","info":{"op":"restore"}}

local irq_lost = require "fi.scenarios.irq_lost"

on_mmio_write(0x09030000, function()
    irq_lost.arm{line = {spi = 34}, after = 1, count = 1}
end)
