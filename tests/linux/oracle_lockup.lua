-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- An instruction of the kernel that never completes: interrupts are still taken, and the kernel's own watchdogs say that
-- this CPU is stuck, by the scheduler's clock and by RCU's.

--! guest: linux
--! requires: mmio set_pc
--! nondeterministic: which of the two watchdogs is first depends on the phase of their timers
--! sh: echo 1 >/proc/sys/kernel/watchdog_thresh
--! sh: echo 3 >/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
--! sh: fault_at __arm64_sys_umask
--! sh: umask; echo done
--! stdout: test: 0022
--! stdout: test: done
--! journal: {"kind":"note","data":{"heard":"rcu_stall soft_lockup"}}
--! journal-count: note 1

local linux = require "fi.linux"

local stuck
local watch
watch = linux.watch{on = {"soft_lockup", "rcu_stall"}, fn = function()
    if stuck and watch.counts.soft_lockup and watch.counts.rcu_stall then
        fi.note{heard = "rcu_stall soft_lockup"}
        stuck:remove()
        stuck = nil
    end
end}

on_mmio_write(0x09030000, {limit = 1}, function(ev)
    local place = 0xffff8000 << 32 | ev.value
    stuck = on_pc(place, {el = 1}, function()
        cpu.pc = place
    end)
end)
