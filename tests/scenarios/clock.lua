-- SPDX-License-Identifier: GPL-2.0-or-later
-- The clock extension: guest time in the journal and in fi.now_ns, and it does not run backwards.
--! guest: irq
--! tiers: patched
--! requires: clock discontinuity
--! stdout: irq 5
--! journal: {"kind":"start","tier":"patched"}
--! checks: 6

local check = require "fi.check"

local last = 0
on_interrupt("irq", function()
    local now = fi.now_ns()
    check.ok(math.type(now) == "integer" and now > last, "later than the interrupt before")
    last = now
end)
check.at_exit(function() check.ok(last > 5 * 16000, "five times 1000 ticks of 16 ns") end)
