-- SPDX-License-Identifier: GPL-2.0-or-later
-- A synchronous exception raised by a timer on a core in WFI: it wakes and takes it there. Nothing else could wake it: the
-- guest's own tick, which ends a WFI after 1 ms, is held back until the exception is on its way.
--! guest: exc
--! tiers: patched
--! requires: exception timers irq
--! stdout-any
--! stdout-re: ^wfi: sync el1 to el1 esr 0x2000000 elr wait_wfi\+0x[04]$
--! stdout: wfi: end, 1 exceptions
--! stdout: el0: end, 0 exceptions
--! journal-count: {"kind":"fault","action":"exception"} 1
--! journal-count: {"kind":"fault","action":"irq"} 2

local TICK = 30

on_pc("wait_wfi", {limit = 1}, function()
    fi.irq.suppress{ppi = TICK, vcpu = 0}
    after_ns(2000000, function()
        fi.exception.undefined{}
        fi.irq.restore{ppi = TICK, vcpu = 0}
    end)
end)
