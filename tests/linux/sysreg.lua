-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The kernel reads another processor's identification than that of the one it runs on, from its first line on.

--! guest: linux
--! requires: set_pc
--! stdout: Booting Linux on physical CPU 0x0000000000 [0x660f1231]
--! sh: awk '/implementer|part/ {print $NF}' /proc/cpuinfo
--! stdout: test: 0x66
--! stdout: test: 0x123
--! journal: {"kind":"fault","action":"sysreg_read","target":"MIDR_EL1","new":"0x660f1231"}

on_sysreg_read("MIDR_EL1", function()
    return 0x660f1231
end)
