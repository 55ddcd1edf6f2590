-- SPDX-License-Identifier: GPL-2.0-or-later
-- Each exception while nothing is masked: taken before the instruction of the handler, which is executed on return.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: serror el1 to el1 esr 0xbe000000 elr spin_unmasked+0x0
--! stdout: unmasked: irq el1 to el1 elr spin_unmasked+0x0
--! stdout: unmasked: fiq el1 to el1 elr spin_unmasked+0x0
--! stdout: unmasked: sync el1 to el1 esr 0x2000000 elr spin_unmasked+0x0
--! stdout: unmasked: sync el1 to el1 esr 0x96000010 far 0x9010004 elr spin_unmasked+0x0
--! stdout: unmasked: end, 5 exceptions
--! stdout: masked: isr 0x0
--! stdout: masked: end, 0 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: end, 0 exceptions
--! journal: {"kind":"fault","vcpu":0,"at":"spin_unmasked","action":"exception","target":"serror"}
--! journal: {"kind":"fault","action":"exception","target":"irq"}
--! journal: {"kind":"fault","action":"exception","target":"fiq"}
--! journal: {"kind":"fault","action":"exception","target":"undefined"}
--! journal: {"kind":"fault","action":"exception","target":"external_abort"}
--! journal-count: fault 5
--! checks: 5

local check = require "fi.check"

local function at(hit, raise)
    on_pc("unmasked_loop", {after = hit - 1, limit = 1}, function() check.eq(raise(), "taken", "result") end)
end

at(100, function() return fi.exception.serror{} end)
at(200, function() return fi.exception.irq{} end)
at(300, function() return fi.exception.fiq{} end)
at(400, function() return fi.exception.undefined{} end)
at(500, function() return fi.exception.external_abort{far = 0x09010004} end)
