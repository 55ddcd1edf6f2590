-- SPDX-License-Identifier: GPL-2.0-or-later
-- In a handler the kind of CPU is known.
--! guest: arm32
--! stdout: arm 0xd15a25ea thumb 0xd15a25ea
--! journal: {"kind":"error","trigger":"on_pc arm_func","message":"~on_sysreg_read: only AArch64 CPUs have MRS and MSR by register name, and this is 'arm'; use on_insn or on_pc"}
--! journal-count: error 1

on_pc("arm_func", {limit = 1}, function() on_sysreg_read("TPIDR_EL1", function() return 1 end) end)
