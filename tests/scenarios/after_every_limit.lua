-- SPDX-License-Identifier: GPL-2.0-or-later
-- after, every and limit together: the rotation is skipped in iterations 9, 19 and 29 of 256.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x8b11c567
--! journal: {"kind":"fault","action":"skip","hit":10}
--! journal: {"kind":"fault","action":"skip","hit":20}
--! journal: {"kind":"fault","action":"skip","hit":30}
--! journal-count: fault 3
--! journal: {"kind":"trigger","type":"pc","fired":3,"state":"ended"}

on_pc("checksum_rotate", {after = 9, every = 10, limit = 3}, function() return fi.SKIP end)
