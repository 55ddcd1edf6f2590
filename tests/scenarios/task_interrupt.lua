-- SPDX-License-Identifier: GPL-2.0-or-later
-- wait_interrupt and a loop of waits: the fault comes with the third interrupt.
--! guest: irq
--! requires: discontinuity
--! stdout: irq 9
--! journal-count: fault 1
--! journal: {"kind":"fault","action":"write_memory","old":"0x2","new":"0x8"}

task(function()
    for _ = 1, 3 do
        local ev = wait_interrupt("irq", {vcpu = 0})
        assert(ev.name == "irq")
    end
    mem.u32.irq_count = 8
end)
