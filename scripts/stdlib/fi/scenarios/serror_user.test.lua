-- SPDX-License-Identifier: MIT
-- fi.scenarios.serror_user by itself: what wrong parameters are told, and SErrors that the guest takes from EL0.
--! guest: exc
--! requires: exception set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: end, 0 exceptions
--! stdout: masked: isr 0x0
--! stdout: masked: end, 0 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout-re: ^el0: serror el0 to el1 esr 0xbe001811 elr
--! stdout: el0: serror el0 to el1 esr 0xbe000000 elr spin_el0+0x0
--! stdout: el0: serror el0 to el1 esr 0xbe000000 elr spin_el0+0x0
--! stdout-re: ^el0: serror el0 to el1 esr 0xbe000411 elr spin_el0\+0x[048]$
--! stdout: el0: end, 4 exceptions
--! journal-count: {"kind":"fault","action":"exception"} 4
--! checks: 8

local check = require "fi.check"
local serror_user = require "fi.scenarios.serror_user"

local function rejected(wanted, opts)
    local ok, message = pcall(function() serror_user.arm(opts) end)
    check.ok(not ok and message:find("serror_user.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("kind and iss both say", {iss = 1, kind = "corrected"})
rejected("unknown option 'el'", {el = 1})
rejected("asid must be a whole number from 0 to 65535, not 65536", {asid = 65536})

local first = serror_user.arm{kind = "corrected"}
local later = serror_user.arm{code = "el0_loop", calls = 100, times = 2, asid = 0, name = "later"}
local elsewhere = serror_user.arm{asid = 77, name = "elsewhere"}

on_pc("el0_loop", {after = 200, limit = 1}, function()
    check.eq(cpu.cpsr & 0xc0, 0, "interrupts are not masked")
end)

local own
on_pc("el0_loop", {after = 150, limit = 1}, function()
    own = serror_user.arm{ttbr = cpu.ttbr0_el1, kind = "unrecoverable", name = "own"}
end)

check.at_exit(function()
    check.ok(first:report():find("^serror_user: 1 fault: SError with ISS 0x1811 at EL0"), "report")
    check.eq(later:report(), "later: 2 faults, the last: SError with ISS 0x0 at EL0, in place of spin_el0",
             "report of the place")
    check.eq(own.injected, 1, "in this address space")
    check.eq(elsewhere.injected, 0, "there is no such address space")
end)
