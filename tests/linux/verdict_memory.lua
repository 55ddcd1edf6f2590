-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The verdict over a kernel that says nothing on its console, by its words in its memory.

--! guest: linux
--! append: loglevel=0
--! requires: mmio exception set_pc
--! sh: fault_at __arm64_sys_umask
--! sh: umask
--! stdout-empty
--! journal: {"kind":"fault","action":"exception","target":"serror"}
--! journal: {"kind":"verdict","code":0,"outcome":"crash","why":"~^serror: SError Interrupt on CPU0"}

local verdict = require "fi.verdict"

verdict.rules{linux = "memory", expect = "crash"}

on_mmio_write(0x09030000, {limit = 1}, function(ev)
    verdict.fault(on_pc(0xffff8000 << 32 | ev.value, {el = 1, limit = 1}, function()
        fi.exception.serror{}
    end))
end)
