-- SPDX-License-Identifier: GPL-2.0-or-later
-- serror wakes a core from WFI, though it is masked there, and is taken when it is unmasked behind the WFI.
--! guest: exc
--! tiers: patched
--! requires: exception timers
--! stdout: start el1, running at el1
--! stdout: unmasked: end, 0 exceptions
--! stdout: masked: isr 0x0
--! stdout: masked: end, 0 exceptions
--! stdout-re: ^wfi: serror el1 to el1 esr 0xbe000000 elr wait_wfi\+0x[48c]$
--! stdout: wfi: end, 1 exceptions
--! stdout: el0: end, 0 exceptions
--! journal-count: fault 1

on_pc("wait_wfi", {limit = 1}, function()
    after_ns(300000, function() fi.exception.serror{} end)
end)
