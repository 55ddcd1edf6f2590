-- SPDX-License-Identifier: GPL-2.0-or-later
-- An input by device and line: the GIC's inputs are the SPIs from 32 on, then the PPIs, core by core.
--! guest: interrupts
--! machine: virt,gic-version=2
--! tiers: patched
--! requires: irq
--! stdout: gic v2 cores 1
--! stdout: core 0: 27x1 33x1 40x1 42x1
--! stdout: handled 4 of 4
--! journal-count: {"kind":"fault","action":"irq"} 2
--! checks: 2

local check = require "fi.check"

local GIC = "arm_gic"

on_pc("before_wait", function()
    mem.u32.expected = mem.u32.expected + 2
    fi.irq.pulse{device = GIC, line = 40 - 32}
    for _, input in ipairs(fi.irq.list()) do
        if input.type == GIC and not input.name then
            check.ok(input.lines >= 256, "lines of the GIC")
            fi.irq.pulse{device = input.device, line = 42 - 32}
        end
        if input.type == "pl061" and not input.name then
            check.eq(input.lines, 8, "lines of the GPIO")
        end
    end
end)
