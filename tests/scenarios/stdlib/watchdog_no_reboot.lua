-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite with QEMU's -no-reboot: that QEMU ends is the reset. Without no_reboot = true that would be
-- taken for a guest that has done its work.
--! guest: mwatchdog
--! modes: icount
--! qemu: -no-reboot
--! requires: mmio timers clock
--! stdout: boot 1
--! stdout: nmi
--! journal: {"kind":"verdict","code":0,"outcome":"detected","why":"QEMU has ended, by a reset or by the guest"}

local verdict = require "fi.verdict"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

verdict.rules{expect = "detected"}
verdict.fault(watchdog_bite.arm{kick = 0x4000800c, bite = "reset", no_reboot = true})
