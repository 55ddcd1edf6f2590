-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.skip, persistence {n = 3}: the first three additions.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x64147213
--! journal-count: {"kind":"fault","action":"skip"} 3

require("fi.faults").skip("checksum_add", {persistence = {n = 3}})
