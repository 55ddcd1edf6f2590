-- SPDX-License-Identifier: GPL-2.0-or-later
-- With HCR_EL2.{AMO,IMO,FMO} EL2 takes SError, IRQ and FIQ of EL1 and EL0; what PSTATE masks at EL1 does not matter then.
-- An undefined instruction stays at EL1.
--! guest: exc_route_el2
--! tiers: patched
--! requires: exception set_pc
--! stdout: start el2, running at el1
--! stdout: unmasked: serror el1 to el2 esr 0xbe000000 elr spin_unmasked+0x0
--! stdout: unmasked: irq el1 to el2 elr spin_unmasked+0x0
--! stdout: unmasked: fiq el1 to el2 elr spin_unmasked+0x0
--! stdout: unmasked: sync el1 to el1 esr 0x2000000 elr spin_unmasked+0x0
--! stdout: unmasked: end, 4 exceptions
--! stdout: masked: isr 0x0
--! stdout: masked: serror el1 to el2 esr 0xbe000000 elr spin_masked+0x0
--! stdout: masked: end, 1 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: irq el0 to el2 elr spin_el0+0x0
--! stdout: el0: end, 1 exceptions
--! journal-count: fault 6
--! checks: 6

local check = require "fi.check"

local function at(place, hit, raise)
    on_pc(place, {after = hit - 1, limit = 1}, function() check.eq(raise(), "taken", "result") end)
end

at("unmasked_loop", 100, function() return fi.exception.serror{} end)
at("unmasked_loop", 200, function() return fi.exception.irq{} end)
at("unmasked_loop", 300, function() return fi.exception.fiq{} end)
at("unmasked_loop", 400, function() return fi.exception.undefined{} end)
at("masked_loop", 100, function() return fi.exception.serror{} end)
at("el0_loop", 100, function() return fi.exception.irq{} end)
