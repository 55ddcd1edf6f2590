-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite: only writes of a certain value feed the watchdog. Of the guest's none is: no fault is injected.
--! guest: mwatchdog
--! modes: icount
--! requires: mmio timers clock
--! stdout: boot 1
--! stdout: done
--! exit: 30
--! journal-count: {"kind":"fault"} 0
--! journal: {"kind":"verdict","outcome":"not_fired"}

local verdict = require "fi.verdict"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

verdict.rules{}
verdict.fault(watchdog_bite.arm{kick = 0x4000800c, value = 2, mask = 3, bite = "reset"})
