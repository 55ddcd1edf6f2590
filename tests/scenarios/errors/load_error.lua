-- SPDX-License-Identifier: GPL-2.0-or-later
-- A runtime error in the main chunk: QEMU does not start; the traceback shows the way there.
--! guest: checksum
--! stdout-empty
--! exit: 1
--! stderr-re: ^fi_lua: .*load_error\.lua:11: attempt to index a nil value
--! stderr-re: ^fi_lua: .*load_error\.lua:14: in main chunk
--! journal: {"kind":"error","trigger":null,"message":"~load_error\\.lua:11: attempt to index","traceback":"~load_error\\.lua:14: in main chunk"}

local function configure(settings)
    return settings.missing.field
end

configure{}
