-- SPDX-License-Identifier: GPL-2.0-or-later
-- A handler runs on a vCPU that is in WFI, and what it does there is seen when the core is woken by an interrupt.
--! guest: vtime_wfi
--! tiers: patched
--! requires: timers irq
--! stdout-re: ^marker 3 after [0-9]+ ticks, woken by 50$
--! stdout: 1 changes
--! checks: 2

local check = require "fi.check"

on_pc("begin_wait", function()
    local start = fi.now_ns()
    after_ns(5000000, function(ev)
        check.eq(ev.vcpu, 0, "vcpu")
        check.ok(fi.now_ns() >= start + 5000000, "not early")
        mem.u32.marker = 3
        fi.irq.pulse{spi = 50}
    end)
end)
