-- SPDX-License-Identifier: MIT
-- fi.scenarios.fail_call by itself: what wrong parameters are told, and calls that fail, which the guest's own output shows:
-- each call of swap but the first ten does nothing, and is_sorted does not look. Other instruction sets are in
-- tests/scenarios/stdlib/fail_call_arm32.lua.
--! guest: sort
--! requires: set_pc
--! stdout: sorted yes, sum 0x9afbece0, swaps 10
--! journal: {"kind":"fault","trigger":"limited","action":"write_register","hit":101}
--! journal: {"kind":"fault","trigger":"limited","action":"write_register","hit":103}
--! journal: {"kind":"fault","trigger":"limited","action":"write_register","hit":105}
--! journal: {"kind":"fault","trigger":"fail_call","action":"write_register","target":"x0","info":{"model":"value"}}
--! journal: {"kind":"fault","trigger":"fail_call","action":"set_pc","target":"pc"}
--! checks: 17

local check = require "fi.check"
local fail_call = require "fi.scenarios.fail_call"

local function rejected(wanted, opts)
    local ok, message = pcall(function() fail_call.arm(opts) end)
    check.ok(not ok and message:find("fail_call.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("code must be given: the function", {value = 0})
rejected("value must be given: what it returns", {code = "swap"})
rejected("value must be a whole number, not ENOMEM", {code = "swap", value = "ENOMEM"})
rejected("nosuch", {code = "nosuch", value = 0})
rejected("nosuch", {code = "swap", value = 0, caller = "nosuch"})
rejected("every must be a whole number from 1 on, not 0", {code = "swap", value = 0, every = 0})
rejected("run must be true or false, not 1", {code = "swap", value = 0, run = 1})

local once = fail_call.arm{code = "is_sorted", value = 1}
local swaps = fail_call.arm{code = "swap", value = 0, calls = 10, every = 1, name = "swaps"}
local limited = fail_call.arm{code = "compare", value = 0, calls = 100, every = 2, limit = 3, name = "limited"}
local here = fail_call.arm{code = "fill_values", value = -12, caller = "main", run = true, name = "here"}
local elsewhere = fail_call.arm{code = "fill_values", value = -12, caller = "sort", every = 1, name = "elsewhere"}

local result
on_pc("sort", {limit = 1}, function() result = cpu.x0 end)

check.at_exit(function()
    check.eq(once.injected, 1, "one by default")
    check.ok(once:report():find("^fail_call: 1 fault: the call from main%+0x%x+ returned 1$"), once:report())
    check.ok(swaps.injected > 10, "no limit with every")
    check.eq(limited.injected, 3, "at most")
    check.eq(here.injected, 1, "a call from main")
    check.eq(here.last:match("returned .*"), "returned -12", "a negative result")
    check.eq(elsewhere.injected, 0, "no call from sort")
    check.eq(result, -12, "what main got, and fill_values has run: the sum is right")
    check.eq(swaps.errors + here.errors, 0, "errors")
    check.eq(#limited.things, 1, "one trigger")
end)
