-- SPDX-License-Identifier: GPL-2.0-or-later
-- System registers on a QEMU that cannot write them: the error names the capability; reading works.
--! guest: sysreg
--! opt: stock=on
--! stdout: tpidr 0x1234
--! stdout: contextidr 0x56
--! stdout: midr 0x410fd034
--! journal: {"kind":"error","message":"~sysreg_write"}
--! journal-count: error 1
--! journal-count: fault 0

on_pc("between", function()
    assert(cpu.TPIDR_EL1 == 0x1234)
    assert(not cpu:writable("TPIDR_EL1"))
    cpu.TPIDR_EL1 = 1
end)
