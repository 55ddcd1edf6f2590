-- SPDX-License-Identifier: GPL-2.0-or-later
-- A handler that never returns is stopped by its budget; the guest goes on and comes to its right result.
--! guest: checksum
--! opt: budget=100000
--! stdout: checksum 0xdc92167d
--! stderr-re: ^fi_lua: .*endless_handler\.lua:10: .*budget
--! journal: {"kind":"error","trigger":"on_pc main","message":"~endless_handler\\.lua:10: .*budget"}
--! journal-count: error 1
on_pc("main", function()
    while true do end
end)
