-- SPDX-License-Identifier: GPL-2.0-or-later
-- An unknown register: the message offers near names; the guest is unharmed.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! stderr-re: ^fi_lua: .*unknown_register\.lua:10: .*'x99'.*x9
--! journal: {"kind":"error","trigger":"on_pc main","message":"~unknown_register\\.lua:10: .*x99"}
--! journal-count: error 1
--! journal-count: fault 0
on_pc("main", function()
    cpu.x99 = 1
end)
