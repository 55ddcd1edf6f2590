-- SPDX-License-Identifier: GPL-2.0-or-later
-- The stock tier cannot find the serial port, and says what is needed; with the register's address it hears the guest.
--! guest: checksum
--! tiers: stock
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"trigger","name":"on_console ^checksum (%x+)","type":"console","fired":1}
--! checks: 4

local check = require "fi.check"

local ok, message = pcall(on_console, "x", function() end)
check.ok(not ok and message:find("needs the capability 'mmio'", 1, true) and
         message:find("{device = 0x9000000}", 1, true), message)
ok, message = pcall(fi.console.type, "x")
check.ok(not ok and message:find("needs the capability 'mmio'", 1, true), message)

on_console("^checksum (%w+)$", {device = 0x09000000, name = "on_console ^checksum (%x+)"}, function(ev)
    check.eq(ev.captures[1], "0xdc92167d", "line")
    check.eq(ev.device, "0x9000000", "device")
end)
