-- SPDX-License-Identifier: GPL-2.0-or-later
-- One trigger for a register, most over when they have fired: nothing else keeps the code instrumented, and each has to
-- have it translated anew for what it does.
--! guest: sysregs
--! requires: set_pc
--! stdout: id 0x11120
--! stdout: counter runs
--! stdout: tpidr 0x21 kept 0x1234
--! stdout: nzcv 0x60000000 kept 0x60000000
--! stdout: contextidr sum 130 kept 36
--! stdout: daif 0x1c0 0x3c0
--! stdout: tpidrro 0x0
--! stdout: vbar second kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0x2 kept 0x77 trap saw 0x99 kept 0x99
--! journal: {"kind":"fault","action":"sysreg_write","old":"0x1234","new":"0x21"}
--! journal: {"kind":"trigger","name":"on_sysreg_write TPIDR_EL1","hits":1,"fired":1,"errors":0,"state":"ended"}
--! journal: {"kind":"fault","action":"sysreg_write","old":"0x6","new":"0x64"}
--! journal: {"kind":"trigger","name":"on_sysreg_write CONTEXTIDR_EL1","hits":2,"fired":1,"errors":0,"state":"ended"}
--! journal-count: fault 3

on_sysreg_write("TPIDR_EL1", {limit = 1}, function()
    return 0x21
end)
on_sysreg_write("TPIDR_EL0", {every = 5}, function() return 2 end) -- counted in generated code
on_pc("nzcv_behind", {limit = 1}, function()
    on_sysreg_write("CONTEXTIDR_EL1", {value = 2, mask = 3, after = 1, limit = 1}, function() return 100 end)
end)
