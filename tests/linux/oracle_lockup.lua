-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A core is stuck at one instruction in a system call, with interrupts on: an opcode has become a branch to itself. Two of
-- the kernel's watchdogs say so, and fi.linux hears both; when the opcode is as it was, the program goes on.

--! guest: linux
--! smp: 2
--! append: rcupdate.rcu_cpu_stall_timeout=5
--! requires: mmio set_pc
--! timeout: 120
--! sh: echo 1 >/proc/sys/kernel/watchdog_thresh
--! sh: fault 1
--! sh: (umask) >/tmp/umask &
--! sh: until [ -s /tmp/umask ]; do sleep 0.2; done
--! sh: echo $(cat /tmp/umask)
--! stdout-re: ^watchdog: BUG: soft lockup - CPU#[01] stuck for [0-9]+s! \[
--! stdout-re: ^rcu: INFO: rcu_\w+ (self-detected stall on CPU|detected stalls on CPUs/tasks:)$
--! stdout: test: 0022
--! journal: {"kind":"fault","action":"write_memory","new":"0x14000000","at":"__arm64_sys_umask"}
--! journal: {"kind":"note","data":{"heard":"soft_lockup"}}
--! journal: {"kind":"note","data":{"heard":"rcu_stall"}}
--! journal: {"kind":"fault","action":"write_memory","old":"0x14000000"}
--! journal-count: note 2

local linux = require "fi.linux"

local BRANCH_TO_ITSELF <const> = 0x14000000

local stuck, opcode, heard = nil, nil, {}
local umask = on_pc("kernel:__arm64_sys_umask", {el = 1, limit = 1}, function(ev)
    stuck, opcode = ev.pc, mem.u32[ev.pc]
    mem.u32[ev.pc] = BRANCH_TO_ITSELF
    return fi.RETRY
end)
umask:disable()
on_mmio_write({0x09030000, size = 4}, {limit = 1}, function()
    umask:enable()
end)

linux.on({"soft_lockup", "rcu_stall"}, function(ev)
    if not heard[ev.oracle] then
        heard[ev.oracle] = true
        fi.note{heard = ev.oracle, first = ev.captures[1]}
    end
    if heard.soft_lockup and heard.rcu_stall and stuck then
        mem.u32[stuck] = opcode
        stuck = nil
    end
end)
