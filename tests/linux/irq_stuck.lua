-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- An interrupt line stuck at 1: the RTC's driver says of each interrupt that it is not the RTC's. At every 100,000th
-- Linux looks whether nobody cared for these, and switches the line off; on a busy host that can be later, for one
-- that came after a pause counts anew.

--! guest: linux
--! requires: mmio irq
--! sh: fault 1
--! stdout-re: ^irq \d+: nobody cared
--! stdout-re: ^Disabling IRQ #\d+$
--! sh: awk '/rtc-pl031/ {print $2}' /proc/interrupts
--! stdout-re: ^test: [1-9]00000$
--! journal-count: {"kind":"fault","action":"irq"} 1

on_mmio_write(0x09030000, function()
    fi.irq.set{spi = 34}
end)
