-- SPDX-License-Identifier: GPL-2.0-or-later
-- A flag of xPSR is changed: Z is set after ten words, so the loop ends (0xe0f9bd78 is the checksum of ten words).
--! guest: mchecksum
--! stdout: checksum 0xe0f9bd78
--! journal: {"kind":"fault","target":"xpsr","hit":10}
--! journal-count: fault 1

on_pc("checksum_branch", {after = 9, limit = 1}, function() cpu.xpsr = cpu.xpsr | 0x40000000 end)
