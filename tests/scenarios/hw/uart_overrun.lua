-- SPDX-License-Identifier: GPL-2.0-or-later
-- An overrun of the PL011: its flag is in DR and RSR of what is read next, its interrupt in RIS.
--! guest: uart_rx
--! tiers: patched
--! requires: device_fault
--! stdout: ok
--! stdout-re: ^dr 0x86f rsr 0x8 ris 0x410$
--! stdout-any
--! stdout-re: ^received [3-9] of 3
--! journal-count: fault 1

on_pc("before_wait", function() fi.device.fault("pl011", "overrun", {}) end)
