-- SPDX-License-Identifier: GPL-2.0-or-later
-- SError that the guest never unmasks: it stays pending, which is no error; the guest ends as it would, and the journal has
-- it as pending.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: end, 0 exceptions
--! stdout: masked: isr 0x100
--! stdout: masked: end, 0 exceptions
--! journal: {"kind":"fault","action":"exception","target":"serror"}
--! journal: {"kind":"log","text":"pending"}
--! journal-count: {"kind":"fault","action":"exception"} 1

on_pc("spin_unmasked", {limit = 1}, function() mem.u32.unmask_after = 0 end)
on_pc("masked_loop", {limit = 1}, function() fi.log("%s", fi.exception.serror{}) end)
