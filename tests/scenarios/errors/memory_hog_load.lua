-- SPDX-License-Identifier: GPL-2.0-or-later
-- A script that eats memory while it is loaded: QEMU does not start.
--! guest: checksum
--! opt: memory=4
--! stdout-empty
--! exit: 1
--! stderr-re: ^fi_lua: .*not enough memory
--! journal: {"kind":"error","message":"~not enough memory"}

local list = {} -- luacheck: ignore 241
for i = 1, 1e9 do
    list[i] = {}
end
