-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.skip, persistence once: one addition of 256, the eleventh.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0xfb20e4ea
--! journal: {"kind":"fault","action":"skip","at":"checksum+0xc","hit":11,"old":"0xb030042"}
--! journal-count: fault 1
--! journal: {"kind":"trigger","fired":1,"state":"ended"}

require("fi.faults").skip("checksum_add", {persistence = "once", after = 10})
