-- SPDX-License-Identifier: GPL-2.0-or-later
-- At EL2, which hosts EL0 (HCR_EL2.TGE): taken to EL2 from both, and PSTATE masks at EL2.
--! guest: exc_at_el2
--! tiers: patched
--! requires: exception set_pc
--! stdout: start el2, running at el2
--! stdout: unmasked: serror el2 to el2 esr 0xbe000000 elr spin_unmasked+0x0
--! stdout: unmasked: sync el2 to el2 esr 0x2000000 elr spin_unmasked+0x0
--! stdout: unmasked: end, 2 exceptions
--! stdout: masked: isr 0x100
--! stdout-re: ^masked: serror el2 to el2 esr 0xbe000000 elr unmask\+0x[48]$
--! stdout: masked: end, 1 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: serror el0 to el2 esr 0xbe000000 elr spin_el0+0x0
--! stdout: el0: sync el0 to el2 esr 0x2000000 elr spin_el0+0x0
--! stdout: el0: end, 2 exceptions
--! journal-count: fault 5
--! checks: 5

local check = require "fi.check"

local function at(place, hit, expected, raise)
    on_pc(place, {after = hit - 1, limit = 1}, function() check.eq(raise(), expected, "result") end)
end

at("unmasked_loop", 100, "taken", function() return fi.exception.serror{} end)
at("unmasked_loop", 200, "taken", function() return fi.exception.undefined{} end)
at("masked_loop", 100, "pending", function() return fi.exception.serror{} end)
at("el0_loop", 100, "taken", function() return fi.exception.serror{} end)
at("el0_loop", 200, "taken", function() return fi.exception.undefined{} end)
