-- SPDX-License-Identifier: GPL-2.0-or-later
-- While an input is suppressed, set, clear and pulse reach it, only its source does not.
--! guest: interrupts
--! machine: virt,gic-version=3
--! tiers: patched
--! requires: irq
--! stdout: gic v3 cores 1
--! stdout: core 0: 27x1 40x1
--! stdout: handled 2 of 3
--! journal-count: {"kind":"fault","action":"irq"} 3

on_pc("before_wait", function()
    mem.u32.expected = mem.u32.expected + 1
    fi.irq.suppress{spi = 33}
    fi.irq.suppress{spi = 40}
    fi.irq.pulse{spi = 40}
end)
