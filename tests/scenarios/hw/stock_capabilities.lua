-- SPDX-License-Identifier: GPL-2.0-or-later
-- Without QEMU's extensions each of these is an error that names the capability.
--! guest: mmio
--! opt: stock=on
--! tiers: patched
--! requires: device_fault
--! stdout: mmio
--! stdout-any
--! stdout: aborts 2
--! journal-count: fault 0
--! checks: 8

local check = require "fi.check"

local function lacks(capability, fn, ...)
    local ok, message = pcall(fn, ...)
    check.ok(not ok and tostring(message):find(capability, 1, true), capability .. ": " .. tostring(message))
end

local function nothing() end

on_pc("main", function()
    lacks("timers", after_ns, 1, nothing)
    lacks("timers", at_ns, 1, nothing)
    lacks("timers", every_ns, 1, nothing)
    lacks("device_fault", fi.device.fault, "pl011", "framing", {})
    lacks("exception", fi.exception.irq, {})
    lacks("irq", fi.irq.set, {device = "pl061", line = 0})
    check.eq(fi.caps().timers.available, false, "caps")
    check.eq(fi.caps().device_fault.exact, false, "exact")
end)
