-- SPDX-License-Identifier: GPL-2.0-or-later
-- Timers armed while the script loads count from the start of the guest's time; at_ns of that time is its first moment.
--! guest: vtime
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 1 after [0-9]+ ticks$
--! stdout: 1 changes
--! checks: 4

local check = require "fi.check"

local early = at_ns(0, function() check.ok(true, "the first moment") end)
local timer = after_ns(20000000, function()
    check.ok(fi.now_ns() >= 20000000, "not early")
    mem.u32.marker = 1
end)

check.at_exit(function()
    check.fired(early, 1)
    check.fired(timer, 1)
end)
