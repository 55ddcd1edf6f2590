-- SPDX-License-Identifier: MIT
-- fi.linux by itself: lines as kernels print them, and others that are near; arguments; and the triggers, on a guest
-- that says nothing of that kind. What a kernel really does is in tests/linux.
--! guest: checksum
--! requires: mmio
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"trigger","name":"linux panic","type":"console","hits":0}
--! journal: {"kind":"not_fired","name":"linux panic"}
--! journal: {"kind":"trigger","name":"linux any","hits":0}
--! checks: 52

local check = require "fi.check"
local linux = require "fi.linux"

local function is(want, line, ...)
    local name, message, captures = linux.find(line)
    check.eq(name, want, line)
    for i, capture in ipairs{...} do
        check.eq(captures[i], capture, message)
    end
end

is("panic", "Kernel panic - not syncing: Asynchronous SError Interrupt", "Asynchronous SError Interrupt")
is("panic", "[   12.345678] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b")
is("panic", "<0>[   12.345678][  T142] Kernel panic - not syncing: Oops: Fatal exception")
is(nil, "[   12.345678] ---[ end Kernel panic - not syncing: Oops: Fatal exception ]---")
is(nil, "test: Kernel panic - not syncing: no")
is("serror", "SError Interrupt on CPU0, code 0x00000000be000000 -- SError", "0", "00000000be000000")
is("oops", "Internal error: Oops: 0000000096000004 [#1] SMP", "Oops", "0000000096000004", "1")
is("oops", "Internal error: synchronous external abort: 0000000096000210 [#2] PREEMPT SMP",
   "synchronous external abort")
is("kernel_fault", "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010",
   "NULL pointer dereference", "0000000000000010")
is("bug", "kernel BUG at mm/slub.c:435!", "mm/slub.c:435!")
is("bug", "BUG: scheduling while atomic: swapper/0/1/0x00000002")
is("soft_lockup", "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [sh:123]", "0", "22")
is("hard_lockup", "Watchdog detected hard LOCKUP on cpu 3", "3")
is("hard_lockup", "CPU3: Watchdog detected hard LOCKUP on cpu 3")
is("rcu_stall", "rcu: INFO: rcu_sched self-detected stall on CPU", "rcu_sched")
is("rcu_stall", "[  100.000001] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", "rcu_preempt")
is("rcu_stall", "rcu: INFO: rcu_sched detected expedited stalls on CPUs/tasks: { 0-... } 6 jiffies s: 85 root: 0x1/.")
is("hung_task", "INFO: task dd:123 blocked for more than 1 seconds.", "dd", "123", "1")
is("warn", "WARNING: CPU: 0 PID: 1 at kernel/irq/manage.c:1 enable_irq+0x1/0x2")
is("nobody_cared", 'irq 14: nobody cared (try booting with the "irqpoll" option)', "14")
is("io_error", "I/O error, dev vda, sector 512 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2", "I/O", "vda")
is("io_error", "Buffer I/O error on dev vda, logical block 3, async page read")
is("oom", "Out of memory: Killed process 99 (hog) total-vm:1kB", "99")
is(nil, "random: crng init done")

local function rejected(want, chunk)
    local ok, message = pcall(load("local linux = require 'fi.linux'\n" .. chunk, "=chunk"))
    check.ok(not ok and message:find("^chunk:2: ") and message:find(want, 1, true), tostring(message))
end
rejected("unknown oracle 'panik' (known: bug, hard_lockup,", "linux.on('panik', print)")
rejected("an oracle's name, a list of names, or \"any\" is wanted", "linux.on({}, print)")
rejected("unknown option 'whole' (known: after, device, every, limit, log, map, name)",
         "linux.on('panic', {whole = true}, print)")
rejected("linux.watch: unknown option 'oracles'", "linux.watch{oracles = {}}")
rejected("linux.find: a line is a string, not a nil", "linux.find()")

linux.on("panic", function() end)
local watch = linux.watch()
check.eq(next(watch.counts), nil, "nothing yet")
