-- SPDX-License-Identifier: GPL-2.0-or-later
-- A console that there is not, in the main chunk: the run does not start, and the message names line and ports.
--! guest: checksum
--! requires: mmio
--! stdout-empty
--! stderr-re: console_no_device\.lua:10: on_console: there is no serial port 'uart7'; this machine has /machine/\S+ \(pl011\)
--! exit: 1

local where = {device = "uart7"}
on_console("checksum", where, function() end)
