-- SPDX-License-Identifier: GPL-2.0-or-later
-- An interrupt from outside wakes a core from WFI; which one it was is what the core acknowledges.
--! guest: vtime_wfi
--! tiers: patched
--! requires: irq
--! stdout-re: ^marker 0 after [0-9]+ ticks, woken by 20$
--! stdout: 1 changes

on_pc("begin_wait", function() fi.irq.pulse{ppi = 20, vcpu = 0} end)
