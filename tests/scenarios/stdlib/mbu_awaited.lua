-- SPDX-License-Identifier: GPL-2.0-or-later
-- The target is a symbol of a map that has none yet, as of a kernel's module that is not loaded.
--! guest: checksum
--! requires: set_pc
--! stdout-re: ^checksum 0x
--! not-stdout: checksum 0xdc92167d
--! journal: {"kind":"fault","trigger":"mbu_memory","action":"write_memory","info":{"bits":"0,1"}}
--! checks: 1

local check = require "fi.check"
local mbu_memory = require "fi.scenarios.mbu_memory"

fi.symbols.define("late")
on_pc("main", function()
    fi.symbols.define("late", {{name = "words", address = (fi.symbol("buffer")), size = 64, kind = "object"}})
end)
local fault = mbu_memory.arm{target = "late:words+8", bits = {0, 1}, code = "checksum"}
check.at_exit(function() check.eq(fault.injected, 1, "injected") end)
