-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_idle and on_resume: WFI. To make sure that the vCPU really halts, the guest's timer is made 2000 times slower
-- where it loads the number of ticks (movz xN, #1000). QEMU reports idle vCPUs only with a thread for each of them.
--! guest: irq
--! modes: mttcg
--! requires: set_pc
--! stdout: irq 5
--! checks: 3

local check = require "fi.check"

on_insn({mask = 0xffffffe0, value = 0xd2807d00}, {name = "slower"}, function(ev)
    cpu["x" .. (ev.opcode & 31)] = 2000000
    return fi.SKIP
end)
local idle = on_idle(function(ev) assert(ev.kind == "idle" and ev.vcpu == 0 and ev.pc == nil) end)
local resume = on_resume(function(ev) assert(ev.kind == "resume" and ev.vcpu == 0) end)
local first = on_idle({limit = 1}, function() end)

check.at_exit(function()
    check.ok(idle.fired >= 5, "halted for each interrupt")
    check.ok(resume.fired >= 5, "went on after each")
    check.fired(first, 1)
end)
