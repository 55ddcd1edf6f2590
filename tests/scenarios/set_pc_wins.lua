-- SPDX-License-Identifier: GPL-2.0-or-later
-- Several triggers at one place: all run, in the order in which they were made, and the last wish about the pc wins.
-- Here the skip beats the jump to the end: one addition is missing, no more.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0xdf63cb30
--! journal: {"kind":"log","text":"first"}
--! journal: {"kind":"log","text":"second"}
--! journal: {"kind":"log","text":"third"}

on_pc("checksum_add", {limit = 1}, function()
    fi.log("first")
    cpu.pc = fi.symbol("checksum_return")
end)
on_pc("checksum_add", {limit = 1}, function()
    fi.log("second")
    return fi.SKIP
end)
on_pc("checksum_add", {limit = 1}, function() fi.log("third") end)
