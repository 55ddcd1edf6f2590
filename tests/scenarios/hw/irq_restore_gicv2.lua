-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.restore: the input takes the level that its source has by then; here the UART's, raised while it was cut off.
--! guest: interrupts
--! machine: virt,gic-version=2
--! tiers: patched
--! requires: irq
--! stdout: gic v2 cores 1
--! stdout: core 0: 27x1 33x1 40x1
--! stdout: handled 3 of 3
--! journal: {"kind":"fault","action":"irq","info":{"op":"suppress"}}
--! journal: {"kind":"fault","action":"irq","info":{"op":"restore"}}
--! checks: 1

local check = require "fi.check"

on_pc("before_wait", function()
    mem.u32.expected = mem.u32.expected + 1
    fi.irq.suppress{spi = 33}
    fi.irq.pulse{spi = 40}
end)
local restored = false
on_pc("interrupt_handled", function()
    if cpu.w1 == 33 then
        check.ok(restored, "33 came after it was restored")
    elseif mem.u32.handled_total == 1 then      -- the other of 27 and 40 was handled before
        restored = true
        fi.irq.restore{spi = 33}
    end
end)
