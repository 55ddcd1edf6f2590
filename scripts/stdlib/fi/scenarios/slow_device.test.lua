-- SPDX-License-Identifier: MIT
-- fi.scenarios.slow_device by itself: what wrong parameters are told; a command that is done so late that the guest has
-- given up, one that is late within the guest's limit, and an error interrupt that comes when nobody waits any more.
--! guest: smmu
--! requires: mmio timers irq discontinuity device_fault
--! stdout: smmu cr0ack 0xc irq_ctrlack 0x5
--! stdout: batch 0: prod 2 cons 2 err 0
--! stdout: batch 1: prod 4 cons 4 err 0
--! stdout: batch 2: prod 6 cons 4 err 0 stuck
--! stdout: batch 3: prod 8 cons 4 err 1 stuck
--! stdout: events 0 overflows 0
--! stdout: interrupts event 0 sync 0 gerror 0, gerror 0x1 gerrorn 0x0
--! journal: {"kind":"fault","trigger":"reads","action":"mmio_read","target":"0x905009c","old":"0x2","new":"0x0"}
--! journal: {"kind":"fault","trigger":"late","action":"mmio_read","target":"0x905009c","old":"0x6","new":"0x4"}
--! checks: 12

local check = require "fi.check"
local slow_device = require "fi.scenarios.slow_device"

local function rejected(wanted, opts)
    local ok, message = pcall(function() slow_device.arm(opts) end)
    check.ok(not ok and message:find("slow_device.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

local CONS <const>, PROD <const> = {"arm-smmuv3", offset = 0x9c, size = 4}, {"arm-smmuv3", offset = 0x98, size = 4}

rejected("give register, line, or both: what is late?", {})
rejected("register needs bit, and either reads or ns", {register = CONS, bit = 1})
rejected("register needs bit, and either reads or ns", {register = CONS, bit = 1, reads = 1, ns = 1})
rejected("line and irq_ns go together", {line = {spi = 109}})
rejected("bit, reads, ns and command need register", {line = {spi = 109}, irq_ns = 1, bit = 3})
rejected("register must say which one of pl011: {\"pl011\", offset = n}", {register = "pl011", bit = 1, reads = 1})
rejected("after counts commands", {register = CONS, bit = 1, reads = 1, after = 1})
rejected("ready must be a whole number from 0 to 1, not 2", {register = CONS, bit = 1, reads = 1, ready = 2})

-- Bit 1 of the position is set when the batches 0 and 2 are done; the guest waits for 20 ms
local reads = slow_device.arm{register = CONS, bit = 1, reads = 3, command = PROD, command_value = 2, name = "reads"}
local late = slow_device.arm{register = CONS, bit = 1, ns = 60000000000, command = PROD, after = 3, times = 1,
                              name = "late"}
local interrupt = slow_device.arm{line = {spi = 109}, irq_ns = 60000000000, name = "interrupt"}

on_pc("before_batch", {after = 3}, function()
    fi.device.fault("smmuv3", "cmdq", {error = "illegal", when = "next"})
end)

check.at_exit(function()
    check.eq(reads.injected, 3, "reads")
    check.ok(late.injected > 0, "late")
    check.eq(late:report():match("^late: %d+ faults, the last: (.*)"), "bit 1 still says busy", "report")
    check.eq(interrupt:report(), "interrupt: 1 fault: interrupt 1 came 60000000000 ns late", "report of the interrupt")
end)
