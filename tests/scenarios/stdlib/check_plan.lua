-- SPDX-License-Identifier: GPL-2.0-or-later
-- A plan that is not met is a failure, though all that was checked holds.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! exit: 1
--! stderr-re: ^fi_lua: FAILED: planned 2 expectations, checked 1
--! stderr-re: ^fi_lua: 1 passed, 1 failed$
--! journal: {"kind":"verdict","code":1}

local check = require "fi.check"

check.plan(2)
on_pc("main", function() check.ok(true) end)
on_pc("handle_sync", function() check.ok(true, "never") end)
