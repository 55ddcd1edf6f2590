-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.flip in a handler: two bits of memory (an MBU) that both copies of the computation read, so the corruption
-- is silent; flip returns the bits.
--! guest: selfcheck
--! stdout: ok 0x2f3feae0
--! journal: {"kind":"fault","action":"write_memory","space":"virt","size":4,"old":"0x12345678","new":"0x123456e8","info":{"model":"bit-flip","duration":"transient","bits":"4,7","upset":"MBU"}}
--! journal-count: fault 1
--! checks: 1

local check = require "fi.check"
local faults = require "fi.faults"

on_pc("before_compute", function()
    local bits = faults.flip{mem = "seed_value", bits = {7, 4}}
    check.eq(table.concat(bits, " "), "4 7", "the bits")
end)
