-- SPDX-License-Identifier: GPL-2.0-or-later
-- One instruction in one call: the eleventh call of check_naive is granted, once. Three in a row of check_hardened are what
-- it does not stand; an index that it has not is an error when it is called, with the line that armed it.
--! guest: pin64
--! requires: set_pc
--! stdout: naive: 64 asked, 1 granted
--! stdout: hardened: 64 asked, 1 granted, 0 alarms
--! journal: {"kind":"fault","trigger":"naive: inside","action":"skip","at":"check_naive+0x10","hit":4}
--! journal-count: fault 4
--! journal: {"kind":"error","trigger":"none","message":"~skip_sweep_index.lua:29: index is 99, but check_naive has 12 instructions"}
--! checks: 9

local check = require "fi.check"
local skip_sweep = require "fi.scenarios.skip_sweep"

local GRANTED <const> = 0x5aa5c33c

local seen
local naive = skip_sweep.arm{
    code = "check_naive", index = 5, calls = 10, name = "naive",
    judge = function(value, right)
        seen = {value, right}
        return value ~= 0 and "weak" or "good"
    end,
}
local three = skip_sweep.arm{
    code = "check_hardened", index = 25, width = 3, forbidden = GRANTED, calls = 3, name = "three",
}
local none = skip_sweep.arm{code = "check_naive", index = 99, calls = 61, name = "none"}
local idle = skip_sweep.arm{code = "check_hardened", index = 30, right = 0xa55a3cc3, calls = 20, name = "idle"}
local later = skip_sweep.arm{code = "check_hardened", index = 30, calls = 100, name = "later"}

check.at_exit(function()
    check.eq(naive:report(), "naive: 5 check_naive+0x10 (0x540000c1): returned 0x1 (weak)", "report")
    check.ok(seen[1] == 1 and seen[2] == nil, "what the judge gets")
    check.eq(three:report(), "three: 25 check_hardened+0x60 (0x710000bf): returned 0x5aa5c33c (weak)",
             "report of three")
    check.eq(three.injected, 1, "one fault")
    check.eq(none.errors, 3, "one for each call")
    none:remove()
    check.eq(none.errors, 3, "still known when it is removed")
    check.eq(idle:report(), "idle: 30 check_hardened+0x74 (not reached): returned 0xa55a3cc3 (no fault)",
             "in the branch to PIN_GRANTED")
    check.eq(idle.injected, 0, "no fault then")
    check.eq(later:report(), "later: no fault was injected: the call did not come", "report of none")
end)
