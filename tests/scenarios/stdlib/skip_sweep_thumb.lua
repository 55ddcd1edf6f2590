-- SPDX-License-Identifier: GPL-2.0-or-later
-- T32: instructions of two and four bytes are counted alike, so that number 20 is the one at pin_i19.
--! guest: pin
--! requires: set_pc
--! stdout: GRANTED
--! journal: {"kind":"fault","trigger":"skip_sweep: inside","action":"skip","old":"0x2f00"}
--! journal-count: fault 1
--! checks: 3

local check = require "fi.check"
local skip_sweep = require "fi.scenarios.skip_sweep"

local fault = skip_sweep.arm{code = "check_pin", index = 20, right = 0}

check.at_exit(function()
    check.eq(fault.instructions, 24, "pin_i0 to pin_i23")
    check.eq(fault.results[1].address, (fi.symbol("pin_i19")), "which one")
    check.eq(fault.results[1].outcome, "weak", "it opens")
end)
