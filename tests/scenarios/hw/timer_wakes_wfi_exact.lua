-- SPDX-License-Identifier: GPL-2.0-or-later
-- The same under icount: woken at the asked time; a core that halts does not delay a timer.
--! guest: vtime_wfi
--! modes: icount
--! tiers: patched
--! requires: timers irq
--! stdout-re: ^marker 3 after 3125[0-9][0-9] ticks, woken by 50$
--! stdout: 1 changes
--! checks: 1

local check = require "fi.check"

on_pc("begin_wait", function()
    local start = fi.now_ns()
    after_ns(5000000, function()
        check.eq(fi.now_ns(), start + 5000000, "time")
        mem.u32.marker = 3
        fi.irq.pulse{spi = 50}
    end)
end)
