-- SPDX-License-Identifier: GPL-2.0-or-later
-- From EL0 exceptions are taken to EL1: the class of an abort says so.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: end, 0 exceptions
--! stdout: masked: isr 0x0
--! stdout: masked: end, 0 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: serror el0 to el1 esr 0xbe000000 elr spin_el0+0x0
--! stdout: el0: irq el0 to el1 elr spin_el0+0x0
--! stdout: el0: fiq el0 to el1 elr spin_el0+0x0
--! stdout: el0: sync el0 to el1 esr 0x2000000 elr spin_el0+0x0
--! stdout: el0: sync el0 to el1 esr 0x92000010 far 0x1234 elr spin_el0+0x0
--! stdout: el0: end, 5 exceptions
--! journal-count: fault 5
--! checks: 5

local check = require "fi.check"

local function at(hit, raise)
    on_pc("el0_loop", {after = hit - 1, limit = 1}, function() check.eq(raise(), "taken", "result") end)
end

at(100, function() return fi.exception.serror{} end)
at(200, function() return fi.exception.irq{} end)
at(300, function() return fi.exception.fiq{} end)
at(400, function() return fi.exception.undefined{} end)
at(500, function() return fi.exception.external_abort{far = 0x1234} end)
