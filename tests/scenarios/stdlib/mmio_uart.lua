-- SPDX-License-Identifier: GPL-2.0-or-later
-- A line error of the PL011's data register: bits 0 and 5 of what is read are flipped, and the characters are taken from
-- the FIFO nevertheless.
--! guest: uart_rx
--! tiers: patched
--! requires: mmio
--! stdout: ok
--! stdout: dr 0x04e rsr 0x0 ris 0x010
--! stdout: dr 0x06b rsr 0x0 ris 0x010
--! stdout: dr 0x02b rsr 0x0 ris 0x010
--! stdout: received 3 of 3, ris 0x0
--! journal: {"kind":"fault","target":"0x9000000","old":"0x6f","new":"0x4e","info":{"model":"intermittent-read","duration":"intermittent","bits":"0,5"}}
--! journal-count: fault 2

local mmio = require "fi.mmio"

mmio.intermittent_read("pl011", {offset = 0, xor = 0x21, every = 2})
