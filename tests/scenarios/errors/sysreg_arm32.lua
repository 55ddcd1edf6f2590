-- SPDX-License-Identifier: GPL-2.0-or-later
-- That the CPU has no MRS and MSR by name shows only when it is there: then the run ends.
--! guest: arm32
--! tiers: patched
--! stdout-empty
--! exit: 1
--! stderr-re: ^fi_lua: on_sysreg_read TPIDR_EL1: only AArch64 CPUs have MRS and MSR by register name, and vCPU 0 is of kind 'arm'; use on_insn or on_pc there
--! journal: {"kind":"verdict","code":1,"why":"a system register trigger cannot fire"}

on_sysreg_read("TPIDR_EL1", function() return 1 end)
