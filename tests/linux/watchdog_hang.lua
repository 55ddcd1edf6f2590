-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The kernel hangs in a system call, with its interrupts unmasked: nothing feeds the software watchdog any more, and its
-- timer resets the machine in time, which is the verdict.

--! guest: linux
--! reboots
--! requires: mmio set_pc timers
--! sh: watchdog -F -t 500ms -T 3 /dev/watchdog >/dev/null 2>&1 &
--! sh: sleep 1; mark "watchdog $(cat /sys/class/watchdog/watchdog0/state)"
--! stdout: test: watchdog active
--! sh: fault_at __arm64_sys_umask; umask; mark alive
--! stdout: softdog: Initiating system reboot
--! not-stdout: test: alive
--! journal: {"kind":"fault","action":"write_memory","info":{"model":"hang","duration":"permanent"}}
--! journal: {"kind":"verdict","code":0,"outcome":"detected","why":"the watchdog has bitten: a reset"}

local verdict = require "fi.verdict"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

verdict.rules{expect = "detected"}

on_mmio_write(0x09030000, {limit = 1}, function(ev)
    verdict.fault(watchdog_bite.arm{
        how = "hang", code = 0xffff8000 << 32 | ev.value, masked = false, within_ns = 20000000000,
    })
end)
