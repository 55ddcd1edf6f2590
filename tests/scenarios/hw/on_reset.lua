-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_reset: the monitor resets the machine, and the guest starts anew. The start itself is no reset. What the handler arms is
-- live, and what it defers is done, before the first instruction.
--! guest: forever
--! monitor: system_reset after running
--! requires: reset
--! stdout: running
--! stdout: running
--! journal: {"kind":"trigger","name":"reset","type":"reset","hits":1,"fired":1,"state":"active"}
--! nondeterministic: the reset comes from outside
--! checks: 7

local check = require "fi.check"

check.plan(7)

local starts, deferred = 0, 0

on_pc("main", function() starts = starts + 1 end)
on_reset({name = "reset"}, function(ev)
    check.eq(ev.kind, "reset", "kind")
    check.eq(ev.vcpu, nil, "on no vCPU")
    local ok, message = pcall(function() return cpu.pc end)
    check.ok(not ok and message:find("the machine is being reset", 1, true), message)
    on_pc("main", {limit = 1}, function()
        check.eq(deferred, 1, "before that")
    end)
    on_pc("spin", {limit = 1}, function()
        check.eq(starts, 2, "starts")
        check.done()
    end)
    fi.defer(0, function()
        deferred = deferred + 1
        check.eq(starts, 1, "the guest does not run yet")
        check.ok(cpu.pc ~= fi.symbol("spin"), "at the beginning")
    end)
end)
