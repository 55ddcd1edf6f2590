-- SPDX-License-Identifier: GPL-2.0-or-later
-- The clock jumps again and again, backwards, and stands still for a while besides: deadlines go by what it says, so the
-- guest sees nothing of it but that the right time is much later.
--! guest: clock
--! modes: icount
--! requires: set_pc clock timers sysreg_write
--! stdout: round 0: took as long as it should
--! stdout: round 1: took as long as it should
--! stdout: round 2: took as long as it should
--! stdout: round 3: took as long as it should
--! stdout: in all less than a minute
--! checks: 5

local check = require "fi.check"
local clock_jump = require "fi.scenarios.clock_jump"

local MS <const> = 1000000

-- Each round takes 2 ms by the guest's clock, and 10 ms more for each jump in it
local jumps = clock_jump.arm{
    jump_ns = -10 * MS, code = "deadline_set", delay_ns = MS, every_ns = 3 * MS, jumps = 4,
}
local starts = {}
on_pc("before_round", function() starts[#starts + 1] = fi.now_ns() end)

check.at_exit(function()
    check.eq(jumps.injected, 4, "jumps")
    check.eq(jumps.clock.offset, -40 * MS, "how late it is")
    check.ok(starts[2] - starts[1] >= 42 * MS, "all of them came in round 0")
    check.ok(starts[3] - starts[2] < 10 * MS, "none in round 1")
    check.eq(jumps.errors, 0, "errors")
end)
