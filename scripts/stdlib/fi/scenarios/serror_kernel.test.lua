-- SPDX-License-Identifier: MIT
-- fi.scenarios.serror_kernel by itself: what wrong parameters are told, and SErrors that the guest takes at EL1, but not
-- where they are masked.
--! guest: exc
--! requires: exception set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: serror el1 to el1 esr 0xbe123456 elr elsewhere
--! stdout: unmasked: serror el1 to el1 esr 0xbe000c11 elr spin_unmasked+0x0
--! stdout: unmasked: end, 2 exceptions
--! stdout: masked: isr 0x0
--! stdout: masked: end, 0 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: end, 0 exceptions
--! journal-count: {"kind":"fault","action":"exception"} 2
--! checks: 10

local check = require "fi.check"
local serror_kernel = require "fi.scenarios.serror_kernel"

local function rejected(wanted, opts)
    local ok, message = pcall(function() serror_kernel.arm(opts) end)
    check.ok(not ok and message:find("serror_kernel.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("kind must be one of uncategorized, uncontainable, unrecoverable, restartable, recoverable, corrected, not",
         {kind = "bad"})
rejected("iss must be a whole number from 0 to 33554431, not 33554432", {iss = 1 << 25})
rejected("kind and iss both say", {iss = 1, kind = "corrected"})
rejected("calls goes with code", {calls = 1})
rejected("el must be a whole number from 1 to 2, not 0", {el = 0})
rejected("nosuch", {code = "nosuch"})

local there = serror_kernel.arm{code = "spin_unmasked", kind = "recoverable"}
local anywhere = serror_kernel.arm{iss = 0x123456, name = "anywhere"}
local masked = serror_kernel.arm{code = "spin_masked", name = "masked"}

check.at_exit(function()
    check.eq(there:report(), "serror_kernel: 1 fault: SError with ISS 0xc11 at EL1, in place of spin_unmasked",
             "report")
    check.ok(anywhere:report():find("^anywhere: 1 fault: SError with ISS 0x123456 at EL1"), "report of any place")
    check.eq(masked.injected, 0, "masked there")
    check.eq(there.errors + anywhere.errors + masked.errors, 0, "errors")
end)
