-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.scenarios.watchdog_bite: a reset is seen also when the host is busy, and the guest's NMI comes late or not at all.
--! guest: mwatchdog
--! requires: mmio timers clock
--! stdout: boot 1
--! stdout-any
--! stdout: boot 2
--! journal: {"kind":"note","data":{"outcome":"detected","why":"the watchdog has bitten: a reset"}}

local watchdog_bite = require "fi.scenarios.watchdog_bite"

watchdog_bite.arm{kick = {"cmsdk-apb-watchdog", offset = 0xc, size = 4}, bite = "reset"}
