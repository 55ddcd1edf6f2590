-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- An SError in the kernel, in a system call whose address the script tells: uncontainable, so it panics.

--! guest: linux
--! requires: mmio exception set_pc
--! sh: fault_at __arm64_sys_umask
--! sh: umask
--! stdout-re: ^SError Interrupt on CPU0, code 0x0*be[0-9a-f]{6} -- SError$
--! stdout-re: __arm64_sys_umask\+0x0/
--! stdout-re: ^Kernel panic - not syncing: Asynchronous SError Interrupt$
--! not-stdout: test: 0022
--! journal: {"kind":"fault","action":"exception","target":"serror"}
--! journal-count: {"kind":"fault","action":"exception"} 1

local serror_kernel = require "fi.scenarios.serror_kernel"

on_mmio_write(0x09030000, {limit = 1}, function(ev)
    serror_kernel.arm{code = 0xffff8000 << 32 | ev.value}
end)
