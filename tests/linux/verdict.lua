-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The verdict over a kernel by its own words: an SError in a system call is a crash, which is what was expected, so the
-- run ends at the panic with status 0.

--! guest: linux
--! requires: mmio exception set_pc
--! sh: fault_at __arm64_sys_umask
--! sh: umask
--! stdout-re: ^SError Interrupt on CPU0, code 0x0*be[0-9a-f]{6} -- SError$
--! not-stdout: test: 0022
--! journal: {"kind":"fault","action":"exception","target":"serror"}
--! journal: {"kind":"verdict","code":0,"outcome":"crash","why":"~^serror: SError Interrupt on CPU0"}

local serror_kernel = require "fi.scenarios.serror_kernel"
local verdict = require "fi.verdict"

verdict.rules{linux = true, expect = "crash"}

on_mmio_write(0x09030000, {limit = 1}, function(ev)
    verdict.fault(serror_kernel.arm{code = 0xffff8000 << 32 | ev.value})
end)
