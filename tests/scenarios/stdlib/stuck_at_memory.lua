-- SPDX-License-Identifier: GPL-2.0-or-later
-- Defective memory cells, armed at load: bit 0 of the first word is always 1. Bits 0 and 31 of the fourth word are,
-- too, but the guest stores ones there anyway: that fault is masked.
--! guest: checksum
--! stdout: checksum 0x5c923fcc
--! journal: {"kind":"fault","action":"write_memory","old":"0x3c88596c","new":"0x3c88596d","info":{"model":"stuck-at-1","duration":"permanent","bits":"0"}}
--! checks: 4

local check = require "fi.check"
local faults = require "fi.faults"

local cell = faults.stuck_at{mem = "buffer", size = 4, bit = 0, value = 1}
local harmless = faults.stuck_at{mem = "buffer+12", mask = 0x80000001, value = 1}       -- 0xb4733ac5

on_pc("checksum", function() check.eq(mem.u32.buffer, 0x3c88596d, "the cell") end)
check.at_exit(function()
    check.ok(cell.active and cell.forced >= 1, "forced")
    check.eq(harmless.trigger.kind, "write", "the trigger")
    check.ok(harmless.trigger.fired >= 1, "the harmless one was written, too")
end)
