-- SPDX-License-Identifier: GPL-2.0-or-later
-- A ready bit that comes late: the first nine reads of the status register say no.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read16 fw_cfg_data 0x554d
--! stdout: polls 10
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","action":"mmio_read","target":"0x900003c","old":"0x20","new":"0x0"} 9

on_mmio_read(0x0900003c, {limit = 9}, function(ev) return ev.value & ~0x20 end)
