-- SPDX-License-Identifier: GPL-2.0-or-later
-- The faults that the PL011 declares: the guest reads each one's error bit with the character (DR bits 8 to 11).
--! guest: uart_rx
--! requires: device_fault
--! stdout: ok
--! stdout-re: ^dr 0x06f
--! stdout-re: ^dr 0x06b
--! stdout-re: ^dr 0x00a
--! stdout-re: ^dr 0x141 rsr 0x1
--! stdout-re: ^dr 0x242 rsr 0x2
--! stdout-re: ^dr 0x400 rsr 0x4
--! stdout-re: ^dr 0x843 rsr 0x8
--! stdout-re: ^received 7 of 7
--! journal: {"kind":"fault","vcpu":0,"at":"before_wait","action":"device_fault","target":"pl011 framing","info":{"data":"0x41"}}
--! journal: {"kind":"fault","action":"device_fault","target":"pl011 parity","info":{"data":"0x42"}}
--! journal: {"kind":"fault","action":"device_fault","target":"pl011 break"}
--! journal: {"kind":"fault","action":"device_fault","target":"~^/machine/.* overrun$","info":{"data":"0x43"}}
--! checks: 7

local check = require "fi.check"

on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = 7
    fi.device.fault("pl011", "framing", {data = 0x41})
    fi.device.fault("pl011", "parity", {data = 0x42})
    fi.device.fault("pl011", "break")

    local uart
    for _, device in ipairs(fi.device.list()) do
        uart = device.type == "pl011" and device or uart
    end
    local data = uart.faults.framing.params[1]
    check.eq(data.name, "data")
    check.eq(data.type, "integer")
    check.eq(data.max, 0xff)
    check.eq(data.required, false)
    check.ok(#uart.faults.framing.help > 0 and #data.help > 0, "they say what they are")
    check.eq(#uart.faults["break"].params, 0)
    check.ok(tostring(fi.device.list()):find("(pl011): framing{data: 0 to 0xff", 1, true), "readable as a string")
    fi.device.fault(uart.path, "overrun", {data = 0x43})
end)
