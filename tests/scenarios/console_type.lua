-- SPDX-License-Identifier: GPL-2.0-or-later
-- Characters typed into the PL011: more than its FIFO holds, none lost, in order, with no error bit in DR (bits 8 to
-- 11), RSR or RIS; and a real framing error before them stays one: its interrupt is
-- there from the first character on, which the guest reads after it was injected.
--! guest: uart_rx
--! requires: mmio device_fault
--! stdout: ok
--! stdout-re: ^dr 0x06f rsr 0x0 ris 0x090
--! stdout-re: ^dr 0x06b rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x00a rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x141 rsr 0x1 ris 0x010
--! stdout-re: ^dr 0x061 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x062 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x063 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x064 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x065 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x066 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x067 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x068 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x069 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x06a rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x06b rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x06c rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x06d rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x06e rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x06f rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x070 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x071 rsr 0x0 ris 0x010
--! stdout-re: ^dr 0x072 rsr 0x0 ris 0x010
--! stdout-re: ^received 22 of 22
--! journal: {"kind":"input","device":"~^/machine/","text":"abcdefghijklm"}
--! journal: {"kind":"input","text":"nopqr"}
--! journal-count: {"kind":"fault","action":"mmio_read"} 0
--! journal-count: {"kind":"fault","action":"device_fault"} 1
--! checks: 4

local check = require "fi.check"

local ok, message = pcall(fi.console.type, "x")
check.ok(not ok and message:find("no machine yet"), "at load")

on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = 22
    fi.device.fault("pl011", "framing", {data = 0x41})
    fi.defer(0, function()
        fi.console.type("abcdefghijklm")
        fi.console.type("nopqr", {device = "pl011"})
    end)
    local _, why = pcall(fi.console.type, "x", {device = "pl061"})
    check.ok(why:find("there is no serial port 'pl061'; this machine has /machine/", 1, true), "no such port")
    check.eq(fi.console.list()[1].type, "pl011", "list")
    check.ok(tostring(fi.console.list()):find("(pl011)", 1, true), "readable")
end)
