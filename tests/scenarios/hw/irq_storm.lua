-- SPDX-License-Identifier: GPL-2.0-or-later
-- A storm on a core that is in WFI between the pulses, outside of icount: the guest sees interrupts, at most one a pulse,
-- and the storm ends.
--! guest: interrupts
--! tiers: patched
--! requires: irq timers
--! stdout: gic v2 cores 1
--! stdout-re: ^core 0: 27x1 33x1 41x([1-9]|[1-4][0-9]|50)$
--! stdout-any
--! checks: 1

local check = require "fi.check"

on_pc("before_wait", function()
    mem.u32.expected = 1000     -- the guest waits for its half second
    fi.irq.pulse{spi = 41, rate = 1000, count = 50}
end)
local count = 0
on_pc("interrupt_handled", function() count = cpu.w1 == 41 and count + 1 or count end)
check.at_exit(function() check.ok(count > 0 and count <= 50, "1 to 50") end)
