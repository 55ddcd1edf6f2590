-- SPDX-License-Identifier: MIT
-- fi.scenarios.clock_jump by itself: what wrong parameters are told, and an hour forwards while the guest waits for a deadline:
-- it is due at once, takes too long by the guest's clock, and what follows is well. More: tests/scenarios/stdlib/clock_*.lua.
--! guest: clock
--! requires: set_pc clock
--! stdout: round 0: took as long as it should
--! stdout: round 1: took too long
--! stdout: round 2: took as long as it should
--! stdout: round 3: took as long as it should
--! stdout: in all more
--! journal: {"kind":"fault","trigger":"clock_jump","action":"write_register","target":"CNTV_CVAL_EL0","info":{"model":"clock"}}
--! journal: {"kind":"fault","trigger":"clock_jump","action":"sysreg_read","target":"CNTVCT_EL0","info":{"model":"clock"}}
--! journal: {"kind":"fault","trigger":"clock_jump","action":"sysreg_write","target":"CNTV_CVAL_EL0","info":{"model":"clock"}}
--! checks: 16

local check = require "fi.check"
local clock_jump = require "fi.scenarios.clock_jump"

local HOUR <const> = 3600000000000

local function rejected(wanted, opts)
    local ok, message = pcall(function() clock_jump.arm(opts) end)
    check.ok(not ok and message:find("clock_jump.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("jump_ns must be given: how far, in ns", {})
rejected("jump_ns must be a whole number, not 0.5", {jump_ns = 0.5})
rejected("jumps goes with every_ns", {jump_ns = 1, jumps = 3})
rejected("timers must be one of follow, free, not both", {jump_ns = 1, timers = "both"})
rejected("delay_ns must be a whole number from 0 on, not -1", {jump_ns = 1, delay_ns = -1})
rejected("calls goes with code: calls of what?", {jump_ns = 1, calls = 3})
rejected("nosuch", {jump_ns = 1, code = "nosuch"})

local fault = clock_jump.arm{jump_ns = HOUR, code = "deadline_set", calls = 1}
-- The guest's own time, not that of the register
on_pc("deadline_set", {after = 2, limit = 1}, function()
    check.eq(mem.u64.deadline_read, mem.u64.deadline_wanted, "CNTV_CVAL_EL0")
    check.ok(mem.i32.left_read <= mem.i32.left_wanted, "CNTV_TVAL_EL0")
    check.eq(mem.u64.deadline_read - cpu.CNTV_CVAL_EL0, HOUR // 16, "what is in the register")
end)
local never = clock_jump.arm{jump_ns = HOUR, code = "deadline_set", calls = 4, name = "never"}

check.at_exit(function()
    check.eq(fault:report(), "clock_jump: 1 fault: the clock jumped by 3600000000000 ns", "report")
    check.eq(fault.clock.reads, 5, "one in its round, two in those behind it")
    check.eq(fault.clock.offset, HOUR, "how much it is ahead")
    check.eq(fault.errors, 0, "errors")
    check.eq(never:report(), "never: no fault was injected: the moment did not come", "report of none")
    check.eq(never.clock, nil, "nothing is watched before")
end)
