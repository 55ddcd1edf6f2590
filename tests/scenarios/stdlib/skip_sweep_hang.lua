-- SPDX-License-Identifier: GPL-2.0-or-later
-- A loop whose step is always skipped has no end, and the sweep goes on behind it; with two instructions skipped at the
-- end the guest leaves the function for somewhere else, crashes, and the report says how to go on.
--! guest: pin64
--! requires: set_pc
--! stdout: naive: 64 asked, 4 granted
--! stdout-re: crash sync esr 0x2000000 .*
--! checks: 7

local check = require "fi.check"
local skip_sweep = require "fi.scenarios.skip_sweep"

local GRANTED <const> = 0x5aa5c33c

local naive = skip_sweep.arm{code = "check_naive", width = 2, persistence = "always", name = "naive", right = 0}
local hardened = skip_sweep.arm{
    code = "check_hardened", width = 2, persistence = "always", forbidden = GRANTED, first = 8,
}

check.at_exit(function()
    check.ok(naive:report():find("; no end: 5 check_naive+0x10 (0x540000c1)", 1, true), naive:report())
    check.eq(naive.results[5].outcome, "hang", "its outcome")
    check.eq(naive.results[6].outcome, "weak", "the sweep went on")
    check.eq(#naive.results, 7, "to its end")
    check.eq(hardened.results[1].index, 8, "the first one")
    check.ok(not hardened.done, "not to its end")
    check.ok(hardened:report():find("; the guest did not come back from the call in which 34 check_hardened+0x84 was "
                                    .. "skipped: go on with first = 35, or have a run for each instruction, with index",
                                    1, true), hardened:report())
end)
