-- SPDX-License-Identifier: GPL-2.0-or-later
-- An exception on another vCPU than the handler's, which is in WFI: that core takes it. (The guest expects none.)
--! guest: interrupts
--! smp: 4
--! tiers: patched
--! requires: exception
--! stdout: gic v2 cores 4
--! stdout-re: ^crash sync esr 0x2000000 elr 0x
--! journal: {"kind":"fault","action":"exception","target":"undefined"}
--! journal-count: fault 1

on_pc("before_wait", function() fi.exception.undefined{vcpu = 2} end)
