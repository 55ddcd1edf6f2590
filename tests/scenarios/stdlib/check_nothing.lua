-- SPDX-License-Identifier: GPL-2.0-or-later
-- Nothing was checked: that is no success.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! exit: 1
--! stderr-re: ^fi_lua: FAILED: nothing was checked
--! stderr-re: ^fi_lua: 0 passed, 1 failed$
--! journal: {"kind":"verdict","code":1}

local check = require "fi.check"

on_pc("handle_sync", function() check.ok(true, "never") end)
