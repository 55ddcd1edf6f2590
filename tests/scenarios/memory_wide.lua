-- SPDX-License-Identifier: GPL-2.0-or-later
-- Accesses of 16 bytes: a string as value, no value filter. The handler swaps the halves of what str q0 has stored.
--! guest: memory
--! stdout: sum 0x000000006666aac8 stores 8 loads 12
--! stdout-any
--! stdout: cell+32 0x8888888888888888
--! stdout: cell+40 0x7777777777777777
--! stdout-any
--! journal-count: fault 1
--! journal: {"kind":"fault","action":"write_memory","size":16,"old":"hex:77777777777777778888888888888888","new":"hex:88888888888888887777777777777777"}
--! checks: 2

local check = require "fi.check"

on_write({"cell+32", size = 16}, {size = 16}, function(ev)
    check.eq(ev.size, 16, "size")
    check.eq(ev.value, string.rep("\x77", 8) .. string.rep("\x88", 8), "value")
    mem:write(ev.addr, ev.value:sub(9) .. ev.value:sub(1, 8))
end)
