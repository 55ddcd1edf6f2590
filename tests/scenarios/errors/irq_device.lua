-- SPDX-License-Identifier: GPL-2.0-or-later
-- Inputs that there are not: QEMU's message says which ones there are. Without the patches, what it takes.
--! guest: interrupts
--! stdout: gic v2 cores 1
--! stdout: core 0: 27x1 33x1
--! stdout: handled 2 of 2
--! journal-count: fault 0
--! checks: 4

local check = require "fi.check"
local without = "needs the capability 'irq', which this QEMU lacks"

local function rejected(want, t)
    local ok, message = pcall(fi.irq.pulse, t)
    want = fi.has("irq") and want or without
    check.ok(not ok and message:find(want, 1, true), ("%s: %s"):format(want, message))
end

on_pc("before_wait", {limit = 1}, function()
    rejected("'no_such_device'", {device = "no_such_device"})
    rejected("288 unnamed interrupt inputs", {device = "arm_gic", line = 5000})
    rejected("no sirens interrupt input", {device = "arm_gic", name = "sirens"})
    rejected("'pl011' has no interrupt inputs", {device = "pl011"})
end)
