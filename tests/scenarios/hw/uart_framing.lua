-- SPDX-License-Identifier: GPL-2.0-or-later
-- A framing error in what the PL011 receives: the flag is in the character's DR and RSR, the interrupt in RIS.
--! guest: uart_rx
--! tiers: patched
--! requires: device_fault
--! stdout: ok
--! stdout: dr 0x06f rsr 0x0 ris 0x090
--! stdout-any
--! stdout: dr 0x141 rsr 0x1 ris 0x010
--! stdout: received 4 of 4, ris 0x0
--! journal: {"kind":"fault","action":"device_fault"}
--! journal-count: {"kind":"fault","action":"device_fault"} 1

on_pc("before_wait", function()
    mem.u32.expected = 4
    fi.device.fault("pl011", "framing", {data = 0x41})
end)
