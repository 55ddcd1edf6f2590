-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite: the CPU hangs, and the watchdog's interrupt, which cannot be masked, is what is waited for.
-- Its handler feeds the watchdog, so that no reset would come.
--! guest: mwatchdog
--! modes: icount
--! requires: mmio timers set_pc
--! stdout: boot 1
--! journal: {"kind":"fault","at":"work","action":"write_memory","info":{"model":"hang","duration":"permanent"}}
--! journal: {"kind":"verdict","code":0,"outcome":"detected","why":"the watchdog has bitten: the exception nmi"}

local verdict = require "fi.verdict"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

on_pc("before_start", function() mem.u32.nmi_feeds = 1 end)
verdict.rules{expect = "detected"}
verdict.fault(watchdog_bite.arm{how = "hang", code = "work", calls = 3, masked = true, exception = "nmi"})
