-- SPDX-License-Identifier: GPL-2.0-or-later
-- Writing cpu.pc in on_write: execution goes on there when the handler has ended, the store itself is done.
--! guest: memory
--! requires: set_pc
--! stdout: sum 0x000000006666aac8 stores 8 loads 12
--! stdout-any
--! stdout: cell+56 0x00000000000000bb
--! journal-count: {"kind":"fault","action":"set_pc"} 2

-- From the store behind itself is where execution would go anyway: a jump there must change nothing.
on_write("cell", {size = 2, limit = 1}, function(ev) cpu.pc = ev.pc + 4 end)
-- The second store8 (0xaa through the alias) is done again with another value: exactly once more.
on_write({"cell+56", size = 1}, {phys = true, limit = 1}, function(ev)
    cpu.x1 = 0xbb
    cpu.pc = ev.pc
end)
