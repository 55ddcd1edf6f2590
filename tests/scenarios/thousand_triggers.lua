-- SPDX-License-Identifier: GPL-2.0-or-later
-- A thousand triggers armed at load, a thousand more in one handler, on 2000 instructions that are executed once:
-- each fires once. The middle one of each thousand adds to the result that the guest prints (0xcd7c46ac39c4d30d).
--! guest: loop_small
--! stdout: loop 0xcd7c46ac39c4d310
--! journal-count: trigger 2001
--! journal-count: not_fired 0
--! journal-count: fault 2
--! checks: 1

local check = require "fi.check"

local base = fi.symbol("cold_area")
local triggers = {}

local function arm(first, last, addend)
    for i = first, last do
        triggers[i] = on_pc(base + 4 * i, function()
            if i == (first + last - 1) // 2 then
                cpu.x0 = cpu.x0 + addend
            end
        end)
    end
end

arm(1, 1000, 1)
on_pc("loop_run", function() arm(1001, 2000, 2) end)

check.at_exit(function()
    local once = 0
    for _, trigger in ipairs(triggers) do
        once = once + (trigger.fired == 1 and 1 or 0)
    end
    check.eq(once, 2000, "triggers that fired once")
end)
