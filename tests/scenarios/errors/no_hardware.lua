-- SPDX-License-Identifier: GPL-2.0-or-later
-- Without QEMU's extensions, exceptions, device faults and resets are errors that say what they need, at the scenario's line.
--! guest: checksum
--! tiers: stock
--! stdout: checksum 0xdc92167d
--! journal-count: fault 0
--! checks: 6

local check = require "fi.check"

local function rejected(capability, fn, ...)
    local ok, message = pcall(fn, ...)
    local want = ("needs the capability '%s', which this QEMU lacks: a QEMU with qemu-patches/"):format(capability)
    check.ok(not ok and message:find(want, 1, true), message)
end

rejected("reset", on_reset, function() end)

on_pc("checksum", {limit = 1}, function()
    rejected("exception", fi.exception.list)
    rejected("exception", fi.exception.raise, "serror")
    rejected("device_fault", fi.device.list)
    rejected("device_fault", fi.device.fault, "pl011", "framing")
    local _, message = pcall(function()
        fi.exception.serror{}
    end)
    check.ok(message:find("no_hardware.lua:25: fi.exception.serror needs", 1, true), message)
end)
