-- SPDX-License-Identifier: GPL-2.0-or-later
-- A clock that stands still for a while, and with it the comparators: deadlines, absolute in round 1 and relative in
-- round 3, come when the clock has gone on. In round 2 it shows the right time behind that. (Without icount the guest may
-- take longer than the while to set them.)
--! guest: clock
--! modes: icount
--! requires: set_pc clock timers sysreg_write
--! stdout: round 0: took as long as it should
--! stdout: round 1: took as long as it should
--! stdout: round 2: took as long as it should
--! stdout: round 3: took as long as it should
--! stdout: in all less than a minute
--! journal: {"kind":"fault","trigger":"round 1","action":"sysreg_write","target":"CNTV_CVAL_EL0","new":"0x7fffffffffffffff"}
--! journal: {"kind":"fault","trigger":"round 3","action":"sysreg_drop","target":"CNTV_TVAL_EL0"}
--! checks: 14

local check = require "fi.check"
local clock_stop = require "fi.scenarios.clock_stop"

local MS <const> = 1000000
local LONG <const> = 100 * MS

-- One that has ended gives way to the next
local faults = {}
for round, resume in ipairs{"late", "right", "late"} do
    on_pc("before_round", {after = round, limit = 1}, function()
        if faults[round - 1] then
            faults[round - 1]:remove()
        end
        faults[round] = clock_stop.arm{duration = {ns = LONG}, resume = resume, name = "round " .. round}
    end)
end
-- Time stands still between what is set and what is read
on_pc("deadline_set", {after = 1}, function()
    check.eq(mem.u64.deadline_read, mem.u64.deadline_wanted, "CNTV_CVAL_EL0")
    check.eq(mem.i32.left_read, mem.i32.left_wanted, "CNTV_TVAL_EL0")
end)
local starts = {}
on_pc("before_round", function() starts[#starts + 1] = fi.now_ns() end)
local offsets = {}
on_pc("print", {after = 1}, function()
    if #faults > 0 then
        offsets[#faults] = faults[#faults].clock.offset
    end
end)

check.at_exit(function()
    starts[5] = fi.now_ns()
    for round = 1, 3 do
        check.ok(starts[round + 2] - starts[round + 1] >= LONG, ("round %d took long"):format(round))
    end
    check.ok(offsets[1] <= -LONG, "late")
    check.eq(offsets[2], 0, "right")
    check.ok(offsets[3] <= -LONG, "late again")
    check.eq(faults[1].errors + faults[2].errors + faults[3].errors, 0, "errors")
    check.eq(faults[3].last, "the clock stood still, and is late", "what")
end)
