-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- What can go wrong on a serial line: the driver counts framing, parity and overrun errors and breaks.

--! guest: linux
--! requires: mmio device_fault
--! sh: counters() { grep -o -E '\<(fe|pe|brk|oe):[0-9]+' /proc/tty/driver/ttyAMA | tr '\n' ' '; echo end; }
--! sh: stty -F /dev/ttyAMA0 -echo
--! sh: cat /dev/ttyAMA0 >/dev/null 2>&1 &
--! sh: counters
--! stdout: test: end
--! sh: fault 1; fault 1; sleep 0.2; counters
--! stdout: test: fe:2 end
--! sh: fault 2; sleep 0.2; counters
--! stdout: test: fe:2 pe:1 end
--! sh: fault 3; sleep 0.2; counters
--! stdout: test: fe:2 pe:1 oe:1 end
--! sh: fault 4; sleep 0.2; counters
--! stdout: test: fe:2 pe:1 brk:1 oe:1 end
--! sh: kill %1
--! journal-count: {"kind":"fault","action":"device_fault","target":"~pl011"} 5

local FAULTS <const> = {"framing", "parity", "overrun", "break"}

on_mmio_write(0x09030000, function(ev)
    fi.device.fault("pl011", FAULTS[ev.value], {})
end)
