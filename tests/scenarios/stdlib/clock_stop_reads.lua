-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the guest reads of its timer while the clock stands still, between before_round and deadline_set: the deadline that
-- it has set, absolute in rounds 1 and 2 and relative in round 3, and all of the time until then.
--! guest: clock
--! requires: set_pc clock sysreg_write
--! stdout: round 0: took as long as it should
--! stdout: round 1: took as long as it should
--! stdout: round 2: took as long as it should
--! stdout: round 3: took as long as it should
--! stdout: in all less than a minute
--! checks: 12

local check = require "fi.check"
local clock_stop = require "fi.scenarios.clock_stop"

-- One that has ended gives way to the next
local faults, ends = {}, {}
for round = 1, 3 do
    ends[round] = on_pc("deadline_set", {after = round, limit = 1, name = "end " .. round}, nil)
end
for round, resume in ipairs{"late", "right", "late"} do
    on_pc("before_round", {after = round, limit = 1}, function()
        if faults[round - 1] then
            faults[round - 1]:remove()
        end
        faults[round] = clock_stop.arm{
            duration = {until_trigger = ends[round]}, resume = resume, name = "round " .. round,
        }
    end)
end
on_pc("deadline_set", {after = 1}, function()
    check.eq(mem.u64.deadline_read, mem.u64.deadline_wanted, "CNTV_CVAL_EL0")
    check.eq(mem.i32.left_read, mem.i32.left_wanted, "CNTV_TVAL_EL0")
end)
local offsets = {}
on_pc("print", {after = 1}, function()
    if #faults > 0 and not offsets[#faults] then
        offsets[#faults] = faults[#faults].clock.offset
    end
end)

check.at_exit(function()
    check.ok(offsets[1] < 0, "late")
    check.eq(offsets[2], 0, "right")
    check.ok(offsets[3] < 0, "late again")
    for round = 1, 3 do
        check.eq(faults[round].errors, 0, "errors")
    end
end)
