-- SPDX-License-Identifier: GPL-2.0-or-later
-- A trigger without limit that raises an exception each time its instruction is reached: on the return its handler does
-- not run again, so that the guest gets on.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout-any
--! stdout-re: ^unmasked: serror el1 to el1 esr 0xbe00002a elr spin_unmasked\+0x0$
--! stdout-any
--! stdout: unmasked: end, 20 exceptions
--! stdout-any
--! stdout: el0: end, 0 exceptions
--! journal: {"kind":"fault","at":"spin_unmasked","action":"exception","target":"serror","info":{"esr_iss":"0x2a","pending":false}}
--! journal-count: {"action":"exception"} 20
--! checks: 2

local check = require "fi.check"

local raised = on_pc("unmasked_loop", {every = 50}, function() fi.exception.serror{iss = 0x2a} end)
check.at_exit(function()
    check.eq(raised.hits, 1000)
    check.fired(raised, 20)
end)
