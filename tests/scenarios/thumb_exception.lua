-- SPDX-License-Identifier: GPL-2.0-or-later
-- M-profile exceptions: the first digit is loaded from an address without memory; the fault escalates to a HardFault.
--! guest: pin
--! requires: discontinuity
--! stdout: FAULT
--! checks: 4

local check = require "fi.check"

on_pc("pin_i7", {limit = 1}, function() cpu.r4 = 0xdeadbeee end)

local faults = on_exception({number = 3}, function(ev)
    check.eq(ev.name, "hard_fault", "name")
    check.eq(ev.number, 3, "number")
    check.eq(ev.from_pc, fi.symbol("pin_i7"), "the load")
end)

check.at_exit(function() check.fired(faults, 1) end)
