-- SPDX-License-Identifier: GPL-2.0-or-later
-- SError, IRQ and FIQ pending at the same time, and two synchronous ones meanwhile, which no mask holds back.
--! guest: exc
--! tiers: patched
--! requires: exception
--! stdout: start el1, running at el1
--! stdout: unmasked: end, 0 exceptions
--! stdout: masked: isr 0x1c0
--! stdout: masked: sync el1 to el1 esr 0x2000000 elr spin_masked+0x0
--! stdout-re: ^masked: sync el1 to el1 esr 0x960000[0-9a-f]{2} far 0x9010004 elr spin_masked\+0x0$
--! stdout-re: ^masked: (serror|irq|fiq) el1 to el1.* elr unmask\+0x[48]$
--! stdout-re: ^masked: (serror|irq|fiq) el1 to el1.* elr unmask\+0x[48]$
--! stdout-re: ^masked: (serror|irq|fiq) el1 to el1.* elr unmask\+0x[48]$
--! stdout: masked: end, 5 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: end, 0 exceptions
--! journal-count: fault 5
--! checks: 5

local check = require "fi.check"

local function at(hit, expected, raise)
    on_pc("masked_loop", {after = hit - 1, limit = 1}, function() check.eq(raise(), expected, "result") end)
end

at(100, "pending", function() return fi.exception.serror{} end)
at(200, "pending", function() return fi.exception.irq{} end)
at(300, "pending", function() return fi.exception.fiq{} end)
at(400, "taken", function() return fi.exception.undefined{} end)
at(500, "taken", function() return fi.exception.external_abort{far = 0x09010004} end)
