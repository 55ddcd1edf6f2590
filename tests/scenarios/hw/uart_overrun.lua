-- SPDX-License-Identifier: GPL-2.0-or-later
-- An overrun of the PL011: its flag is in DR and RSR of the character behind the lost ones, its
-- interrupt in RIS.
--! guest: uart_rx
--! tiers: patched
--! requires: device_fault
--! stdout: ok
--! stdout: dr 0x06f rsr 0x0 ris 0x410
--! stdout-any
--! stdout: dr 0x843 rsr 0x8 ris 0x010
--! stdout: received 4 of 4, ris 0x0
--! journal-count: {"kind":"fault","action":"device_fault"} 1

on_pc("before_wait", function()
    mem.u32.expected = 4
    fi.device.fault("pl011", "overrun", {data = 0x43})
end)
