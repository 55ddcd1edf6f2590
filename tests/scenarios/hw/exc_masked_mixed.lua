-- SPDX-License-Identifier: GPL-2.0-or-later
-- Synchronous exceptions, which no mask holds back, while an SError is pending; and a second SError meanwhile is an error.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: end, 0 exceptions
--! stdout: masked: isr 0x100
--! stdout: masked: sync el1 to el1 esr 0x2000000 elr spin_masked+0x0
--! stdout: masked: sync el1 to el1 esr 0x96000010 far 0x9010004 elr spin_masked+0x0
--! stdout-re: ^masked: serror el1 to el1 esr 0xbe000011 elr unmask\+0x[48]$
--! stdout: masked: end, 3 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: end, 0 exceptions
--! journal: {"kind":"log","text":"~SError is pending already"}
--! journal-count: fault 3
--! checks: 3

local check = require "fi.check"

local function at(hit, expected, raise)
    on_pc("masked_loop", {after = hit - 1, limit = 1}, function() check.eq(raise(), expected, "result") end)
end

at(100, "pending", function() return fi.exception.serror{esr_iss = 0x11} end)
on_pc("masked_loop", {after = 199, limit = 1}, function()
    local ok, message = pcall(fi.exception.serror, {})
    assert(not ok, "accepted")
    fi.log("%s", message)
end)
at(300, "taken", function() return fi.exception.undefined{} end)
at(400, "taken", function() return fi.exception.external_abort{far = 0x09010004} end)
