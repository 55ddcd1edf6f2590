-- SPDX-License-Identifier: GPL-2.0-or-later
-- check.done ends QEMU at once, with status 0 as nothing failed; using check after that is an error.
--! guest: forever
--! stdout: running
--! checks: 1
--! journal: {"kind":"log","text":"~check\\.done\\(\\) was called before"}
--! journal: {"kind":"end","reason":"fi.exit","code":0}

local check = require "fi.check"

on_pc("spin", {limit = 1, after = 10}, function()
    check.ok(true)
    check.done()
    local _, message = pcall(check.ok, true)
    fi.log("%s", message)
end)
