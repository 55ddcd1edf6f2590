-- SPDX-License-Identifier: GPL-2.0-or-later
-- A function that calls others, and is called with values of its own each time: the result of a call is what comes back
-- where it was called from, whatever is called in between. sort() has one call: it is the reference.
--! guest: sort
--! requires: set_pc
--! stdout: sorted yes, sum 0x9afbece0, swaps 890
--! journal-count: fault 0
--! checks: 2

local check = require "fi.check"
local skip_sweep = require "fi.scenarios.skip_sweep"

local fault = skip_sweep.arm{code = "sort"}

check.at_exit(function()
    check.eq(fault.errors, 0, "errors")
    check.ok(fault:report():find("too few calls: go on with first = 1", 1, true), fault:report())
end)
