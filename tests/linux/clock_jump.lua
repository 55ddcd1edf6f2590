-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The library's clock_jump: the system counter jumps by an hour while RCU waits for a grace period, which the kernel takes for
-- a stall: of this CPU, or, if that had passed the grace period already, of CPUs and tasks in general. Its time is an hour ahead
-- from then on, and the RTC's is not; timers go on.

--! guest: linux
--! requires: set_pc clock mmio
--! sh: date -u "+%F %H"; cut -d. -f1 /proc/uptime | cut -c 1
--! stdout: test: 2026-01-01 00
--! stdout-re: ^test: \d$
--! sh: fault 1; until [ $(cut -d. -f1 /proc/uptime) -ge 3600 ]; do :; done
--! stdout-re: ^rcu: INFO: rcu_\w+ (self-detected stall on CPU$|detected stalls on CPUs/tasks:)
--! sh: date -u "+%F %H"; cut -d. -f1 /proc/uptime | cut -c 1-2
--! stdout: test: 2026-01-01 01
--! stdout: test: 36
--! sh: hwclock -u -r | cut -c 1-14
--! stdout: test: Thu Jan  1 00:
--! sh: sleep 0.5; echo slept
--! stdout: test: slept
--! journal: {"kind":"fault","trigger":"clock_jump","action":"sysreg_read","target":"CNTVCT_EL0"}
--! checks: 3

local check = require "fi.check"
local clock_jump = require "fi.scenarios.clock_jump"

local fault
on_mmio_write(0x09030000, {limit = 1}, function()
    fault = clock_jump.arm{jump_ns = 3600 * 1000000000, code = "kernel:rcu_gp_fqs_loop"}
end)
check.at_exit(function()
    check.eq(fault.injected, 1, "one jump")
    check.ok(fault.clock.reads > 0, "the kernel read the clock")
    check.eq(fault.errors, 0, "errors")
end)
