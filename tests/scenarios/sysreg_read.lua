-- SPDX-License-Identifier: GPL-2.0-or-later
-- System registers can be read on every QEMU; an MRS can be overridden by standing in for it.
--! guest: sysreg
--! requires: set_pc
--! stdout: tpidr 0x1234
--! stdout: contextidr 0x56
--! stdout: midr 0x99
--! checks: 1

local check = require "fi.check"

on_pc("read_midr", function()
    check.eq(cpu.SCTLR_EL1 & 1, 1, "the MMU is on")
    cpu.x0 = 0x99
    return fi.SKIP
end)
