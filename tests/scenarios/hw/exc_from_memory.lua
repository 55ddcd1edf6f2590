-- SPDX-License-Identifier: GPL-2.0-or-later
-- In the handler of a store, the block cannot be left: the exception is taken where the next one begins. What cannot be
-- taken there is an error of the handler that asked for it, at its line, though that has ended.
--! guest: checksum
--! tiers: patched
--! requires: exception
--! stdout-re: ^crash sync esr 0x2000000 elr 0x
--! stderr-re: ^fi_lua: in the store: .*exc_from_memory.lua:17: fi.exception.irq, vCPU 0: .*masked
--! journal: {"kind":"error","trigger":"the store","message":"~exc_from_memory.lua:17: fi.exception.irq, vCPU 0: .*masked"}
--! journal: {"kind":"fault","trigger":"the store","hit":1,"action":"exception","target":"undefined"}
--! journal-count: {"action":"exception"} 1
--! checks: 2

local check = require "fi.check"

on_write("buffer", {limit = 1, name = "the store"}, function()
    check.eq(fi.exception.irq(), nil, "not known yet")
    check.eq(fi.exception.undefined(), nil, "not known yet")
end)
