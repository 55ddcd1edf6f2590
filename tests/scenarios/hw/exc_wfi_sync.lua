-- SPDX-License-Identifier: GPL-2.0-or-later
-- A synchronous exception raised by a timer on a core in WFI: it wakes and takes it there.
--! guest: exc
--! tiers: patched
--! requires: exception timers
--! stdout-any
--! stdout-re: ^wfi: sync el1 to el1 esr 0x2000000 elr wait_wfi\+0x[04]$
--! stdout: wfi: end, 1 exceptions
--! stdout: el0: end, 0 exceptions
--! journal-count: fault 1

on_pc("wait_wfi", {limit = 1}, function()
    after_ns(300000, function() fi.exception.undefined{} end)
end)
