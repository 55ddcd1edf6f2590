-- SPDX-License-Identifier: GPL-2.0-or-later
-- An unknown symbol: the message offers near ones.
--! guest: checksum
--! stdout-empty
--! exit: 1
--! stderr-re: ^fi_lua: .*unknown_symbol\.lua:9: .*chekcsum_add.*checksum_add
--! journal: {"kind":"error","message":"~chekcsum_add"}

on_pc("chekcsum_add", function() end)
