-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A core is stuck at one instruction with interrupts off. Debian 13's kernel has a watchdog that sees that from another core,
-- and says so; Debian 12's has none (CONFIG_HARDLOCKUP_DETECTOR), and does not. The program goes on when the core does.

--! guest: linux
--! smp: 2
--! requires: mmio set_pc timers
--! timeout: 120
--! sh: echo 1 >/proc/sys/kernel/watchdog_thresh
--! sh: fault 1
--! sh: (umask) >/tmp/umask &
--! sh: until [ -s /tmp/umask ]; do sleep 0.2; done
--! sh: echo $(cat /tmp/umask)
--! stdout: test: 0022
--! checks: 2

local check = require "fi.check"
local linux = require "fi.linux"

local BRANCH_TO_ITSELF <const>, PSTATE_I <const> = 0x14000000, 1 << 7
local STUCK_NS <const> = 8000000000
local detector = #fi.symbols.find("^watchdog_hardlockup_check$", "kernel") > 0

local umask = on_pc("kernel:__arm64_sys_umask", {el = 1, limit = 1}, function(ev)
    local place, opcode, pstate = ev.pc, mem.u32[ev.pc], cpu.cpsr
    cpu.cpsr = pstate | PSTATE_I
    mem.u32[place] = BRANCH_TO_ITSELF
    after_ns(STUCK_NS, {vcpu = ev.vcpu}, function()
        check.eq(cpu.pc, place, "still there")
        mem.u32[place] = opcode
        cpu.cpsr = pstate
    end)
    return fi.RETRY
end)
umask:disable()
on_mmio_write({0x09030000, size = 4}, {limit = 1}, function()
    umask:enable()
end)

local watch = linux.watch{on = "hard_lockup"}
check.at_exit(function()
    check.eq(watch.counts.hard_lockup or 0, detector and 1 or 0, "heard if there is a detector")
end)
