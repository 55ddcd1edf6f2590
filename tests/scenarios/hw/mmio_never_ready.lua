-- SPDX-License-Identifier: GPL-2.0-or-later
-- A ready bit that never comes: the guest gives up after its 1000 polls.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: polls 1000
--! stdout-any
--! stdout: aborts 2
--! journal-count: fault 1000

on_mmio_read(0x0900003c, function() return 0 end)
