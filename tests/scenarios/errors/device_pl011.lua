-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.device.fault with wrong arguments: each message names device, fault and parameter, and says what is allowed.
--! guest: uart_rx
--! requires: device_fault
--! stdout: ok
--! stdout-any
--! stdout-re: ^received 3 of 3
--! journal-count: fault 0
--! checks: 12

local check = require "fi.check"

local function rejected(want, ...)
    local ok, message = pcall(fi.device.fault, ...)
    check.ok(not ok and message:find(want, 1, true), ("%s: %s"):format(want, message))
end

rejected("use it in on_machine_ready(fn)", "pl011", "framing")

on_pc("before_wait", {limit = 1}, function()
    rejected("the device is a string, not number", 5, "framing")
    rejected("the fault is a string, not nil", "pl011")
    rejected("'no_such_device'", "no_such_device", "framing")
    rejected("pl011, melting: 'pl011' has no fault 'melting'; it has: framing, parity, break,", "pl011", "melting")
    rejected("has no parameter 'colour'; it has: data", "pl011", "framing", {colour = 1})
    rejected("the largest value is 0xff", "pl011", "framing", {data = 256})
    rejected("has to be a number, not the string 'A'", "pl011", "framing", {data = "A"})
    rejected("parameter 'data' is an integer, not a boolean", "pl011", "framing", {data = true})
    rejected("parameter 'data' is an integer, a string, true or false, not 1.5", "pl011", "framing", {data = 1.5})
    rejected("parameters have names, as in {name = value}; 1 is none", "pl011", "framing", {65})
    rejected("the parameters are a table, not number", "pl011", "framing", 65)
end)
