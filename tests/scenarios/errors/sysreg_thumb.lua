-- SPDX-License-Identifier: GPL-2.0-or-later
-- The same on a Cortex-M, where MRS and MSR have other names and encodings.
--! guest: mchecksum
--! stdout-any
--! exit: 1
--! stderr-re: ^fi_lua: mine: only AArch64 CPUs have MRS and MSR by register name, and vCPU 0 is of kind 'arm-m'

on_sysreg_write("TPIDR_EL1", {name = "mine"}, function() return 1 end)
