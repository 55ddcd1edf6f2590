-- SPDX-License-Identifier: GPL-2.0-or-later
-- A syntax error: QEMU does not start and says where.
--! guest: checksum
--! stdout-empty
--! exit: 1
--! stderr-re: ^fi_lua: .*syntax\.lua:11: .*near
--! journal: {"kind":"error","trigger":null,"message":"~syntax\\.lua:11: "}
--! journal-count: error 1

on_pc("main", function()
    fi.log("never")) end
