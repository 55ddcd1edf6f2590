-- SPDX-License-Identifier: GPL-2.0-or-later
-- An error in a function of check.at_exit is a failure, and the others still run.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! exit: 1
--! stderr-re: ^fi_lua: FAILED: .*check_exit_error\.lua:13: oops
--! stderr-re: ^fi_lua: 1 passed, 1 failed$
--! journal: {"kind":"verdict","code":1}

local check = require "fi.check"

check.at_exit(function()
    error("oops")
end)
check.at_exit(function() check.ok(true) end)
