-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The RTC's alarm rings, and its interrupt does not arrive. The line is level-triggered, so that once it is connected
-- again the interrupt comes, late.

--! guest: linux
--! requires: mmio irq
--! sh: count() { awk '/rtc-pl031/ {print $2}' /proc/interrupts; }
--! sh: alarm() { echo +1 >/sys/class/rtc/rtc0/wakealarm; sleep 2.2; }
--! sh: alarm; count
--! stdout: test: 1
--! sh: fault 1; alarm; count
--! stdout: test: 1
--! sh: fault 2; sleep 0.1; count
--! stdout: test: 2
--! sh: alarm; count
--! stdout: test: 3
--! journal: {"kind":"fault","action":"irq","info":{"op":"suppress"}}
--! journal: {"kind":"fault","action":"irq","info":{"op":"restore"}}
--! journal-count: {"kind":"fault","action":"irq"} 2

local irq_lost = require "fi.scenarios.irq_lost"

local fault
on_mmio_write(0x09030000, function(ev)
    if ev.value == 1 then
        fault = irq_lost.arm{line = {spi = 34}}
    else
        fault:remove()
    end
end)
