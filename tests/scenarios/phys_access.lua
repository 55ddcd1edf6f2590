-- SPDX-License-Identifier: GPL-2.0-or-later
-- phys: RAM behind whatever address, and devices: a store to the UART's data register prints.
--! guest: memory
--! stdout: Xsum 0x000000006666aac8 stores 8 loads 12
--! stdout-any
--! stdout: cell+32 0x0000000000000001
--! stdout-any
--! journal: {"kind":"fault","action":"write_memory","space":"phys","target":"0x9000000","size":4,"new":"0x58"}
--! journal: {"kind":"fault","action":"write_memory","space":"phys","size":8,"old":"0x7777777777777777","new":"0x1"}
--! checks: 3

local check = require "fi.check"

local UART_DATA, UART_FLAGS = 0x09000000, 0x09000018

on_pc("print", {limit = 1}, function()
    check.eq(phys.u32[UART_FLAGS] & 0x20, 0, "the transmit queue is not full")
    phys.u32[UART_DATA] = string.byte("X")
    local cell = fi.symbol("cell")
    check.eq(phys.u64[cell + 32], mem.u64[cell + 0x100000000 + 32], "the same memory")
    check.eq(phys:read(cell + 32, 2), "\x77\x77", "bytes")
    phys.u64["cell+32"] = 1
end)
