-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.exception.list says what there is, with parameters; fi.exception.raise takes a name.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout-any
--! stdout: unmasked: sync el1 to el1 esr 0x2000000 elr spin_unmasked+0x0
--! stdout: unmasked: end, 1 exceptions
--! stdout-any
--! stdout: el0: end, 0 exceptions
--! journal: {"kind":"fault","action":"exception","target":"undefined"}
--! checks: 5

local check = require "fi.check"

on_pc("unmasked_loop", {limit = 1}, function()
    local list = fi.exception.list()
    for _, name in ipairs{"serror", "external_abort", "irq", "fiq"} do
        check.ok(list[name] and #list[name].help > 0, name)
    end
    check.eq(fi.exception.raise("undefined", {}), "taken", "result")
end)
