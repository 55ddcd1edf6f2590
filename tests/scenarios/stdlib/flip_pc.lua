-- SPDX-License-Identifier: GPL-2.0-or-later
-- A bit of the program counter flips: from checksum_rotate (…28) execution goes on at checksum_load's … +4, that is
-- the next instruction: the rotation is left out once, in the 100th iteration.
--! guest: checksum
--! requires: set_pc
--! stdout-re: ^checksum 0x|^crash
--! not-stdout: 0xdc92167d
--! journal-count: {"kind":"fault","action":"set_pc"} 1

require("fi.faults").flip_at("checksum_rotate", {reg = "pc", bit = 2, after = 99})
