-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the parameters make of ESR_EL1 and FAR_EL1.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: serror el1 to el1 esr 0xbf123456 elr spin_unmasked+0x0
--! stdout: unmasked: sync el1 to el1 esr 0x96000050 far 0xffff000012345678 elr spin_unmasked+0x0
--! stdout: unmasked: sync el1 to el1 esr 0x96000217 far 0x1000 elr spin_unmasked+0x0
--! stdout-re: ^unmasked: sync el1 to el1 esr 0x86000010 far 0x[0-9a-f]+ elr spin_unmasked\+0x0$
--! stdout-re: ^unmasked: sync el1 to el1 esr 0x96000410 far 0x[0-9a-f]+ elr spin_unmasked\+0x0$
--! stdout: unmasked: serror el1 to el1 esr 0xbe000211 elr spin_unmasked+0x0
--! stdout: unmasked: end, 6 exceptions
--! stdout-any
--! stdout: el0: end, 0 exceptions
--! journal: {"kind":"fault","action":"exception","target":"serror","info":{"esr_iss":"0x1123456"}}
--! journal: {"kind":"fault","action":"exception","target":"external_abort","info":{"far":"0xffff000012345678"}}
--! journal-count: fault 6
--! checks: 7

local check = require "fi.check"

local hit = 0
local function next_one(name, params)
    hit = hit + 100
    on_pc("unmasked_loop", {after = hit, limit = 1}, function()
        check.eq(fi.exception.raise(name, params), "taken", "result")
    end)
end

next_one("serror", {esr_iss = 0x1123456})
next_one("external_abort", {far = 0xffff000012345678, write = true})
next_one("external_abort", {far = 0x1000, fsc = 0x17, ea = true})
next_one("external_abort", {insn = true})
next_one("external_abort", {})
next_one("external_abort", {async = true, ea = true})

-- Without far, that of an instruction abort is the place itself.
on_pc("handle_sync", {after = 2, limit = 1}, function()
    check.eq(cpu.FAR_EL1, fi.symbol("unmasked_loop"), "FAR_EL1")
end)
