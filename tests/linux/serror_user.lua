-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- An SError while a program runs: the kernel cannot tell whose it is, and panics as well.

--! guest: linux
--! requires: mmio exception set_pc
--! sh: fault 1; mark survived
--! stdout-re: ^SError Interrupt on CPU0, code 0x0*be[0-9a-f]{6} -- SError$
--! stdout-re: Comm: devmem
--! stdout-re: ^pc : 0{10}[0-9a-f]{6}$
--! stdout-re: ^Kernel panic - not syncing: Asynchronous SError Interrupt$
--! not-stdout: survived
--! journal-count: {"kind":"fault","action":"exception","target":"serror"} 1

local serror_user = require "fi.scenarios.serror_user"

on_mmio_write(0x09030000, {limit = 1}, function()
    serror_user.arm{}
end)
