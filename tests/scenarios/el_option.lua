-- SPDX-License-Identifier: GPL-2.0-or-later
-- The option el: the same instruction at four exception levels, each level gets another value.
--! guest: levels
--! stdout: el3 33 el2 32 el1 31 el0 30
--! journal-count: fault 4
--! journal-count: {"kind":"trigger","hits":1,"fired":1} 4

for level = 0, 3 do
    on_pc("common+4", {el = level, name = "el" .. level}, function() cpu.x0 = 30 + level end)
end
