-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The same hang with the interrupts masked: a watchdog that is a timer's interrupt cannot bite, and the verdict is a hang.

--! guest: linux
--! reboots
--! requires: mmio set_pc timers
--! sh: watchdog -F -t 500ms -T 3 /dev/watchdog >/dev/null 2>&1 &
--! sh: sleep 1; mark "watchdog $(cat /sys/class/watchdog/watchdog0/state)"
--! stdout: test: watchdog active
--! sh: fault_at __arm64_sys_umask; umask; mark alive
--! not-stdout: softdog: Initiating system reboot
--! not-stdout: test: alive
--! journal: {"kind":"fault","action":"write_register","target":"cpsr","info":{"model":"hang"}}
--! journal: {"kind":"verdict","code":0,"outcome":"hang","why":"the watchdog has not bitten within 6000000000 ns"}

local verdict = require "fi.verdict"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

verdict.rules{expect = "hang"}

on_mmio_write(0x09030000, {limit = 1}, function(ev)
    verdict.fault(watchdog_bite.arm{
        how = "hang", code = 0xffff8000 << 32 | ev.value, within_ns = 6000000000,
    })
end)
