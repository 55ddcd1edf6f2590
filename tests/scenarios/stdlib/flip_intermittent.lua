-- SPDX-License-Identifier: GPL-2.0-or-later
-- flip_at with every: an intermittent fault, bit 0 of every 50th word.
--! guest: checksum
--! stdout: checksum 0x534779fe
--! journal-count: {"kind":"fault","target":"w3","info":{"duration":"intermittent","bits":"0"}} 6

require("fi.faults").flip_at("checksum_add", {reg = "w3", bit = 0, every = 50})
