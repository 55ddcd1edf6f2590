-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite: the handler of the watchdog's interrupt is known by name; there are no rules, so the run goes
-- on, and the kicks arrive again: no reset comes.
--! guest: mwatchdog
--! modes: icount
--! requires: mmio timers clock
--! stdout: boot 1
--! stdout: nmi
--! stdout: done
--! checks: 2

local check = require "fi.check"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

local fault = watchdog_bite.arm{kick = {"cmsdk-apb-watchdog", offset = 0xc, size = 4}, kicks = 2, bite = "interrupt",
                                handler = "nmi"}
check.at_exit(function()
    check.eq(fault.outcome, "detected", "outcome")
    check.eq(fault.why, "the watchdog has bitten: its handler", "why")
end)
