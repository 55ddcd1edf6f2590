-- SPDX-License-Identifier: GPL-2.0-or-later
-- A failed expectation: its line, what was expected and what was there; the run goes on and ends with status 1.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! exit: 1
--! stderr-re: ^fi_lua: .*check_failed\.lua:19: FAILED: the answer: got 41 \(0x29\), want 42 \(0x2a\)
--! stderr-re: ^fi_lua: .*check_failed\.lua:20: FAILED: truth
--! stderr-re: ^fi_lua: .*check_failed\.lua:21: FAILED: firings of never: got 0, want at least 1
--! stderr-re: ^fi_lua: 1 passed, 3 failed$
--! journal: {"kind":"log","text":"1 passed, 3 failed"}
--! journal: {"kind":"verdict","code":1,"why":"1 passed, 3 failed"}
--! journal: {"kind":"end","code":1}

local check = require "fi.check"

local never = on_pc("checksum_done", {name = "never", after = 5}, function() end)
on_pc("checksum_done", function()
    check.ok(true)
    check.eq(41, 42, "the answer")
    assert(check.ok(nil, "truth") == false)
    check.fired(never)
end)
