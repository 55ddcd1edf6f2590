-- SPDX-License-Identifier: GPL-2.0-or-later
-- wait(t1, t2): whichever fires first resumes the task, and says which. Two tasks run side by side; one is started in
-- a handler and skips the instruction that resumed it.
--! guest: dynamic
--! requires: set_pc
--! stdout: victim sum 1003
--! checks: 5

local check = require "fi.check"

local knock = on_pc("knock", nil)
local late = on_pc("victim+4", {after = 600}, nil)

task(function()
    local ev, t = wait(knock, late)
    check.ok(t == knock and ev.trigger == knock, "the knock comes first")
    ev, t = wait(knock, late)
    check.ok(t == late and ev.pc == fi.symbol("victim") + 4, "then the other")
    cpu.w0 = 3
end)

task(function()
    for round = 1, 3 do
        local ev = wait_pc("victim")
        check.eq(ev.hits, 1, "each wait has its own trigger " .. round)
    end
end)

on_pc("victim", {after = 10, limit = 1}, function()
    task(function()
        wait_pc("victim")
        cpu.w0 = 2          -- instead of "mov w0, #1"
        fi.skip()
    end)
end)
