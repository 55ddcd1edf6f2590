-- SPDX-License-Identifier: GPL-2.0-or-later
-- A script that never ends loading: QEMU does not start.
--! guest: checksum
--! opt: budget=10000
--! stdout-empty
--! exit: 1
--! stderr-re: ^fi_lua: .*endless_load\.lua:10: .*budget
--! journal: {"kind":"error","trigger":null,"message":"~budget"}

while true do end
