-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.replace, three times.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x8b2d051d
--! journal-count: {"kind":"fault","action":"write_memory","info":{"duration":"intermittent"}} 6

require("fi.faults").replace("checksum_add", 0x4b030042, {persistence = {n = 3}})
