-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The flag "framing error" of the UART's data register is stuck at 1 for three characters: the driver counts as many
-- framing errors, and the characters come through. Then all is well.

--! guest: linux
--! requires: mmio device_fault
--! sh: counters() { grep -o -E '\<(fe|pe|brk|oe):[0-9]+' /proc/tty/driver/ttyAMA | tr '\n' ' '; echo end; }
--! sh: stty -F /dev/ttyAMA0 -echo
--! sh: { read -r line; mark "read $line"; fault 2; read -r line; mark "read $line"; } </dev/ttyAMA0 &
--! sh: sleep 0.2; fault 1; sleep 1
--! stdout: test: read ab
--! stdout: test: read cd
--! sh: wait; counters
--! stdout: test: fe:3 end
--! journal-count: {"kind":"fault","action":"mmio_read","target":"0x9000000","info":{"model":"stuck-at-1","bits":"8"}} 3

local stuck_status = require "fi.scenarios.stuck_status"

on_mmio_write(0x09030000, function(ev)
    if ev.value == 1 then
        -- In this order: typed characters have this flag, too, and their handler takes it away
        fi.console.type("ab\n")
        stuck_status.arm{register = {"pl011", offset = 0}, bits = {8}, value = 1, limit = 3}
    else
        fi.console.type("cd\n")
    end
end)
