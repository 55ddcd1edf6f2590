-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_read runs after the load, so what a handler writes to the destination register is what the guest has loaded: 0
-- instead of 0x4444444444444444, once.
--! guest: memory
--! stdout: sum 0xbbbbbbbc22226684 stores 8 loads 12
--! stdout-any
--! journal-count: fault 1
--! journal: {"kind":"fault","at":"load64","action":"write_register","target":"x0","old":"0x4444444444444444","new":"0x0"}

on_read({"cell+8", size = 8}, {size = 8, limit = 1}, function() cpu.x0 = 0 end)
