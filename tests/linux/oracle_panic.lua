-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- fi.linux hears the kernel die of an SError: the SError itself, then the panic, each once, in the kernel's own words.

--! guest: linux
--! requires: mmio exception set_pc
--! sh: fault_at __arm64_sys_umask
--! sh: umask
--! stdout-re: ^SError Interrupt on CPU0, code 0x0*be[0-9a-f]{6} -- SError$
--! stdout-re: ^Kernel panic - not syncing: Asynchronous SError Interrupt$
--! journal: {"kind":"note","data":{"oracle":"serror","cpu":"0"}}
--! journal: {"kind":"note","data":{"oracle":"panic","cpu":"Asynchronous SError Interrupt"}}
--! journal-count: note 2
--! journal: {"kind":"trigger","name":"linux any","hits":2,"fired":2}

local linux = require "fi.linux"
local serror_kernel = require "fi.scenarios.serror_kernel"

linux.watch{fn = function(ev)
    fi.note{oracle = ev.oracle, cpu = ev.captures[1]}
end}

on_mmio_write(0x09030000, {limit = 1}, function(ev)
    serror_kernel.arm{code = 0xffff8000 << 32 | ev.value}
end)
