-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The library's clock_stop: the system counter stands still until the RTC says that 3 s and more have passed. The kernel's time
-- is the same to the nanosecond by then, on both cores; when the clock has gone on sleeps end again, and it is that late.

--! guest: linux
--! smp: 2
--! requires: set_pc clock mmio sysreg_write
--! sh: rtc() { cat /sys/class/rtc/rtc0/since_epoch; }; behind() { echo $(($(rtc) - $(date +%s))); }
--! sh: [ $(behind) -le 1 ] && mark together
--! stdout: test: together
--! sh: now() { awk '/^now at/ {print $3}' /proc/timer_list; }
--! sh: begin=$(rtc); fault 1; a=$(now)
--! sh: until [ $(rtc) -ge $((begin + 4)) ]; do :; done; b=$(now); [ $b -gt 1000000 ] && echo $((b - a))
--! stdout: test: 0
--! sh: fault 2; sleep 0.2; [ $(behind) -ge 3 ] && mark behind
--! stdout: test: behind
--! journal: {"kind":"fault","trigger":"clock_stop","action":"sysreg_read","target":"CNTVCT_EL0"}
--! checks: 3

local check = require "fi.check"
local clock_stop = require "fi.scenarios.clock_stop"

local fault
local goes_on = on_mmio_write(0x09030000, {value = 2, name = "goes on"}, nil)
on_mmio_write(0x09030000, {value = 1, limit = 1}, function()
    fault = clock_stop.arm{duration = {until_trigger = goes_on}}
end)
check.at_exit(function()
    check.eq(fault.last, "the clock stood still, and is late", "it has gone on")
    check.ok(fault.clock.offset <= -3000000000, "how late")
    check.eq(fault.errors, 0, "errors")
end)
