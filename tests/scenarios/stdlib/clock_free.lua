-- SPDX-License-Identifier: GPL-2.0-or-later
-- Comparators that do not go by the faulty clock: behind a jump forwards the deadline comes late by the jump, and what is
-- set relative to now does not. An hour backwards while it waits is a negative time, or years for the careless.
--! guest: clock
--! requires: set_pc clock
--! stdout: round 0: took as long as it should
--! stdout: round 1: took as long as it should
--! stdout: round 2: took as long as it should
--! stdout: round 3: took backwards
--! stdout: in all years
--! not-journal: {"kind":"fault","action":"sysreg_write"}
--! not-journal: {"kind":"fault","action":"write_register"}
--! checks: 2

local check = require "fi.check"
local clock_jump = require "fi.scenarios.clock_jump"

local JUMP <const> = 300000000
local HOUR <const> = 3600000000000

clock_jump.arm{jump_ns = JUMP, code = "before_round", calls = 1, timers = "free"}
clock_jump.arm{jump_ns = -HOUR, code = "deadline_set", calls = 3, timers = "free", name = "backwards"}

-- By the right time
local starts = {}
on_pc("before_round", function() starts[#starts + 1] = fi.now_ns() end)
check.at_exit(function()
    check.ok(starts[3] - starts[2] >= JUMP, "round 1 is late")
    check.ok(starts[4] - starts[3] >= JUMP, "round 2 is late")
end)
