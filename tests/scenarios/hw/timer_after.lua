-- SPDX-License-Identifier: GPL-2.0-or-later
-- after_ns: the handler runs once, on vCPU 0, at its time and not earlier; the guest sees what it did.
--! guest: vtime
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 7 after [0-9]+ ticks$
--! stdout: 1 changes
--! journal: {"kind":"fault","vcpu":0,"action":"write_memory","new":"0x7"}
--! journal-count: fault 1
--! checks: 5

local check = require "fi.check"

on_pc("begin_wait", function()
    local start = fi.now_ns()
    local timer
    timer = after_ns(2000000, {name = "late"}, function(ev)
        check.ok(fi.now_ns() >= start + 2000000, "not early")
        check.eq(ev.vcpu, 0, "vcpu")
        check.eq(ev.trigger, timer, "trigger")
        mem.u32.marker = 7
    end)
    check.eq(timer.name, "late", "name")
    check.at_exit(function() check.fired(timer, 1) end)
end)
