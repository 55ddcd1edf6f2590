-- SPDX-License-Identifier: GPL-2.0-or-later
-- serror while it is masked: pending, as ISR_EL1 says, and taken when it is unmasked, once.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: end, 0 exceptions
--! stdout: masked: isr 0x100
--! stdout-re: ^masked: serror el1 to el1 esr 0xbe000000 elr unmask\+0x[48]$
--! stdout: masked: end, 1 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: end, 0 exceptions
--! journal: {"kind":"fault","action":"exception","target":"serror"}
--! journal-count: fault 1
--! checks: 1

local check = require "fi.check"

on_pc("masked_loop", {after = 10, limit = 1}, function() check.eq(fi.exception.serror{}, "pending", "result") end)
