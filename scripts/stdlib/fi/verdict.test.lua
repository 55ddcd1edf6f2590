-- SPDX-License-Identifier: MIT
-- fi.verdict by itself: wrong arguments are found at once, and blamed on the line that gives them; and one verdict. Each
-- outcome, and the JUnit file, are in tests/verdict.
--! guest: checksum
--! requires: mmio
--! stdout: checksum 0xdc92167d
--! stderr-re: verdict: not_fired \(no fault was injected\)
--! journal: {"kind":"verdict","code":0,"why":"no fault was injected","outcome":"not_fired"}
--! journal: {"kind":"trigger","name":"the fault","hits":1,"fired":0}

local verdict = require "fi.verdict"

local function rejected(want, chunk)
    local ok, message = pcall(load("local verdict = require 'fi.verdict'\n" .. chunk, "=chunk"))
    assert(not ok and message:find("^chunk:2: ") and message:find(want, 1, true), tostring(message))
end
rejected("verdict.rules: unknown option 'gold' (known: case, crash,", "verdict.rules{gold = {}}")
rejected("verdict.rules: golden is a list of strings, not a string", "verdict.rules{golden = 'x'}")
rejected("verdict.rules: crash is a list of strings, one is a number", "verdict.rules{crash = {1}}")
rejected("verdict.rules: linux is true, \"memory\" or false, not 1", "verdict.rules{linux = 1}")
rejected("verdict.rules: deadline_ns must be a whole number from 1 on", "verdict.rules{deadline_ns = 0}")
rejected("unknown outcome 'fine' (known: crash, detected,", "verdict.rules{expect = 'fine'}")
rejected("unknown outcome 'fine'", "verdict.give('fine')")
rejected("verdict.give: the reason is a string, not a number", "verdict.give('masked', 1)")
rejected("verdict.fault: a trigger, what a module of faults returns, or nothing", "verdict.fault(1)")
rejected("verdict.activated: true or false is wanted, not a nil", "verdict.activated()")
assert(verdict.statuses().sdc == 20)

verdict.rules{golden = {"checksum 0xdc92167d"}, expect = {"not_fired", "masked"}}
rejected("verdict.rules was called before", "verdict.rules{}")
verdict.fault(on_pc("checksum", {after = 1000, name = "the fault"}, function() end))
assert(verdict.outcome() == nil)
