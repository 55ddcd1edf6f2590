-- SPDX-License-Identifier: GPL-2.0-or-later
-- Unmapped addresses, virtual and physical, read and written: errors that name them; the guest is unharmed.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","trigger":"read","message":"~0x80000000"}
--! journal: {"kind":"error","trigger":"write","message":"~0x80000010"}
--! journal: {"kind":"error","trigger":"across the end","message":"~0x7ffffffe"}
--! journal: {"kind":"error","trigger":"symbol","message":"~nosuch"}
--! journal-count: error 4
--! journal-count: fault 0

on_pc("main", {name = "read"}, function() return mem.u32[0x80000000] end)
on_pc("main", {name = "write"}, function() mem.u32[0x80000010] = 1 end)
on_pc("main", {name = "across the end"}, function() mem:read(0x7ffffffe, 4) end)
on_pc("main", {name = "symbol"}, function() mem.u32["nosuch+4"] = 1 end)
