-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite: a guest that never starts its watchdog hangs for ever, which is the verdict.
--! guest: mwatchdog
--! requires: mmio timers set_pc
--! stdout: boot 1
--! exit: 22
--! journal: {"kind":"verdict","code":22,"outcome":"hang","why":"the watchdog has not bitten within 350000000 ns"}

local verdict = require "fi.verdict"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

on_pc("before_start", function() mem.u32.watchdog_on = 0 end)
verdict.rules{}
verdict.fault(watchdog_bite.arm{how = "hang", code = "work", within_ns = 350000000})
