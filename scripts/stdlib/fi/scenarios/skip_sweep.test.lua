-- SPDX-License-Identifier: MIT
-- fi.scenarios.skip_sweep by itself: what wrong parameters are told, and a sweep over two functions, whose weak instructions
-- the guest counts itself. One run for each instruction, what does not return, and T32 are in
-- tests/scenarios/stdlib/skip_sweep_*.lua.
--! guest: pin64
--! requires: set_pc
--! stdout: naive: 64 asked, 3 granted
--! stdout: hardened: 64 asked, 0 granted, 14 alarms
--! journal: {"kind":"fault","trigger":"skip_sweep","action":"skip","at":"check_naive"}
--! journal: {"kind":"fault","trigger":"skip_sweep: inside","action":"skip","at":"check_naive+0x4","old":"0x38626803"}
--! journal-count: {"kind":"fault","action":"skip"} 36
--! journal-count: fault 36
--! checks: 24

local check = require "fi.check"
local skip_sweep = require "fi.scenarios.skip_sweep"

local GRANTED <const> = 0x5aa5c33c
local DENIED <const> = 0xa55a3cc3

local function rejected(wanted, opts)
    local ok, message = pcall(function() skip_sweep.arm(opts) end)
    check.ok(not ok and message:find("skip_sweep.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("code must be given: the function", {})
rejected("nosuch", {code = "nosuch"})
rejected("index must be a whole number from 1 on, not 0", {code = "check_naive", index = 0})
rejected("width must be a whole number from 1 on, not 0", {code = "check_naive", width = 0})
rejected("persistence must be one of once, always, not 3", {code = "check_naive", persistence = 3})
rejected("judge must be a function, not weak", {code = "check_naive", judge = "weak"})
rejected("unknown option 'golden'", {code = "check_naive", golden = 0})

local naive = skip_sweep.arm{code = "check_naive"}
local hardened = skip_sweep.arm{code = "check_hardened", forbidden = GRANTED, name = "hardened"}
local never = skip_sweep.arm{code = "check_naive", calls = 64, name = "never"}
local short = skip_sweep.arm{code = "check_naive", calls = 63, name = "short"}

check.at_exit(function()
    check.ok(naive.done and hardened.done, "both are through")
    check.eq(naive.instructions, 12, "instructions of check_naive")
    check.eq(naive.injected, 7, "those that are executed when the first digit is wrong")
    check.eq(#naive.results, 7, "a result for each")
    check.eq(#naive.weak, 3, "weak ones")
    check.eq(naive.weak[1].at, "check_naive+0x10", "the branch")
    check.eq(naive.weak[1].value, 1, "what it returned")
    check.eq(naive.weak[1].opcode, 0x540000c1, "b.ne")
    check.eq(naive.results[1].outcome, "same", "x2 is 0 anyway")
    check.eq(naive.weak[2].address, (fi.symbol("naive_denied")), "the one that sets the result")
    check.eq(naive.weak[3].index, 12, "the return")
    check.ok(naive:report():find("^skip_sweep: 7 instructions skipped, 3 weak: 5 check_naive%+0x10 %(0x540000c1%) "
                                 .. "%-> 0x1, 11 "), naive:report())

    check.eq(hardened:report(), "hardened: 29 instructions skipped, 0 weak", "report of none")
    local changed = 0
    for _, result in ipairs(hardened.results) do
        changed = changed + (result.outcome == "changed" and result.value ~= DENIED and 1 or 0)
    end
    check.eq(changed, 14, "alarms, as the guest has it")

    check.eq(never:report(), "never: 0 instructions skipped, 0 weak; there was no call to take as the reference",
             "never")
    check.eq(short:report(), "short: 0 instructions skipped, 0 weak; too few calls: go on with first = 1", "short")
    check.eq(#fi.triggers(), 5, "what is through is removed")
end)
