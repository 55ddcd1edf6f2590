-- SPDX-License-Identifier: GPL-2.0-or-later
-- The option phys: physical addresses find the stores through the alias, virtual ones do not.
--! guest: memory
--! stdout: sum 0x000000006666aac8 stores 8 loads 12
--! stdout-any
--! stdout: cell+48 0x1234567812345678
--! stdout: cell+56 0x00000000000000aa
--! journal-count: {"kind":"fault","action":"write_memory","space":"phys","size":8,"old":"0x9999999999999999"} 1
--! checks: 6

local check = require "fi.check"

local cell = fi.symbol("cell")
local alias = cell + 0x100000000

local direct = on_write({cell + 48, size = 16}, function() end)
local physical = on_write({cell + 48, size = 16}, {phys = true}, function(ev)
    check.eq(ev.paddr, ev.addr - 0x100000000, "physical address")
    if ev.size == 8 then
        phys:write(ev.paddr, string.pack("<I8", 0x1234567812345678))
    end
end)
local aliased = on_write({alias + 48, size = 16}, function() end)
-- One byte direct, one through the alias, and the one load of eight bytes for the output.
local reads = on_read(cell, {phys = true}, function() end)

check.at_exit(function()
    check.fired(direct, 0)
    check.fired(physical, 2)
    check.fired(aliased, 2)
    check.fired(reads, 3)
end)
