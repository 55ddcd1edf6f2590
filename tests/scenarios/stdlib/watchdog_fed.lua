-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite: a reset is wanted, but the handler of the watchdog's interrupt feeds it while the CPU hangs.
-- The guest's own words are that it comes again and again, and the verdict is a hang.
--! guest: mwatchdog
--! modes: icount
--! requires: mmio timers set_pc
--! stdout: boot 1
--! stdout: nmi
--! stdout: nmi
--! stdout: nmi
--! stdout-any
--! not-stdout: boot 2
--! exit: 22
--! journal: {"kind":"verdict","code":22,"outcome":"hang","why":"the watchdog has not bitten within 500000000 ns"}

local verdict = require "fi.verdict"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

on_pc("before_start", function() mem.u32.nmi_feeds = 1 end)
verdict.rules{}
verdict.fault(watchdog_bite.arm{how = "hang", delay_ns = 100000000, masked = false, bite = "reset",
                                within_ns = 500000000})
