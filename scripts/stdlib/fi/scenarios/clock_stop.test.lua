-- SPDX-License-Identifier: MIT
-- fi.scenarios.clock_stop by itself: what wrong parameters are told, and a clock that stands still from the second round on
-- while its timer interrupts all the same. More: tests/scenarios/stdlib/clock_*.lua.
--! guest: clock
--! requires: set_pc clock
--! stdout: round 0: took as long as it should
--! stdout: round 1: took nothing
--! stdout: round 2: took nothing
--! stdout: round 3: took nothing
--! stdout: in all less than a minute
--! journal: {"kind":"fault","trigger":"clock_stop","action":"sysreg_read","target":"CNTVCT_EL0","info":{"model":"clock"}}
--! journal-count: fault 6
--! checks: 10

local check = require "fi.check"
local clock_stop = require "fi.scenarios.clock_stop"

local function rejected(wanted, opts)
    local ok, message = pcall(function() clock_stop.arm(opts) end)
    check.ok(not ok and message:find("clock_stop.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("unknown option 'ns'", {ns = 5})
rejected("duration must be a duration", {duration = {hits = 5}})
rejected("resume must be one of late, right, not early", {resume = "early"})
rejected("nosuch", {code = "nosuch"})
rejected("hz must be a whole number from 1 on, not 0", {device = "pl031", hz = 0})

local fault = clock_stop.arm{code = "before_round", calls = 1, timers = "free"}
local never = clock_stop.arm{delay_ns = 1000000000000, name = "never"}

check.at_exit(function()
    check.eq(fault:report(), "clock_stop: 1 fault: the clock stands still", "report")
    check.eq(fault.clock.reads, 6, "two in each round")
    check.ok(fault.clock.stopped > 0, "where it stands")
    check.eq(fault.errors, 0, "errors")
    check.eq(never:report(), "never: no fault was injected: the moment did not come", "report of none")
end)
