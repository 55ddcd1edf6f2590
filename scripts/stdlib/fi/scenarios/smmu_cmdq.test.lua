-- SPDX-License-Identifier: MIT
-- fi.scenarios.smmu_cmdq by itself: what wrong parameters are told; a command that is illegal, and one that cannot be
-- fetched, of which the guest hears late: the batch has timed out by then.
--! guest: smmu
--! requires: mmio device_fault irq timers
--! stdout: smmu cr0ack 0xc irq_ctrlack 0x5
--! stdout: batch 0: prod 2 cons 2 err 0
--! stdout: gerror 0x1 gerrorn 0x0 cons.err 1 at 2 command 0x4
--! stdout: batch 1: prod 4 cons 4 err 1
--! stdout: batch 2: prod 6 cons 4 err 2 stuck
--! stdout: batch 3: prod 8 cons 4 err 2 stuck
--! stdout: events 0 overflows 0
--! stdout: interrupts event 0 sync 0 gerror 1, gerror 0x0 gerrorn 0x1
--! checks: 7

local check = require "fi.check"
local smmu_cmdq = require "fi.scenarios.smmu_cmdq"

local function rejected(wanted, opts)
    local ok, message = pcall(function() smmu_cmdq.arm(opts) end)
    check.ok(not ok and message:find("smmu_cmdq.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("error must be one of illegal, abort, atc_inv_sync, not wrong", {error = "wrong"})
rejected("interrupt_ns goes with lost_interrupt", {interrupt_ns = 5})
rejected("commands says when", {commands = 1, code = "main"})
rejected("calls goes with code", {calls = 1})

local illegal = smmu_cmdq.arm{when = "next", commands = 2}
local abort = smmu_cmdq.arm{error = "abort", when = "next", code = "before_batch", calls = 2, lost_interrupt = true,
                            name = "abort"}

check.at_exit(function()
    check.eq(illegal:report(), "smmu_cmdq: 1 fault: illegal at command 3", "report")
    check.eq(abort:report(), "abort: 1 fault: abort, and its interrupt is lost", "report of the abort")
    check.eq(illegal.injected + abort.injected, 2, "injected")
end)
