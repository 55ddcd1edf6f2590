-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.skip, persistence always: no rotation at all.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x55029480
--! journal-count: {"kind":"fault","action":"skip"} 256
--! journal: {"kind":"trigger","fired":256,"state":"active"}

require("fi.faults").skip("checksum_rotate", {persistence = "always"})
