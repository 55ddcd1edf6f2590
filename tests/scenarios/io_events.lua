-- SPDX-License-Identifier: GPL-2.0-or-later
-- Triggers on device memory: every byte that the guest sends to its UART.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! checks: 2

local check = require "fi.check"

local UART_DATA = 0x09000000
local sent = {}

on_write({UART_DATA, size = 4}, function(ev)
    sent[#sent + 1] = string.char(ev.value & 0xff)
    assert(ev.addr == UART_DATA and ev.size == 4)
end)
local physical = on_write(UART_DATA, {phys = true}, function() end)

check.at_exit(function()
    check.eq(table.concat(sent), "checksum 0xdc92167d\n", "what was sent")
    check.fired(physical, 20)
end)
