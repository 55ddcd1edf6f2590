-- SPDX-License-Identifier: GPL-2.0-or-later
-- FIQ while the CPU masks it: there is no interrupt that could stay pending, so it is an error, which says what masks it
-- and what to use instead; on a core in WFI, which masks it too, the error comes from the vCPU later.
--! guest: exc
--! tiers: patched
--! requires: exception timers set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: end, 0 exceptions
--! stdout: masked: isr 0x0
--! stdout: masked: end, 0 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: end, 0 exceptions
--! journal: {"kind":"log","text":"~masked by PSTATE.F.* interrupt line"}
--! journal: {"kind":"error","message":"~masked by PSTATE.F.* interrupt line"}
--! journal-count: error 1
--! journal-count: fault 0

on_pc("masked_loop", {limit = 1}, function()
    local ok, message = pcall(fi.exception.fiq, {})
    assert(not ok, "accepted")
    fi.log("%s", message)
end)
on_pc("wait_wfi", {limit = 1}, function()
    after_ns(300000, function() fi.exception.fiq{} end)
end)
