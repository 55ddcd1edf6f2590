-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.replace, always: the code stays changed, all 256 additions are subtractions.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0xa36de990
--! journal-count: {"kind":"fault","action":"write_memory","info":{"model":"instruction-replacement","duration":"permanent"}} 1
--! checks: 1

local check = require "fi.check"

require("fi.faults").replace("checksum_add", 0x4b030042, {persistence = "always"})

on_pc("checksum_done", function() check.eq(mem.u32.checksum_add, 0x4b030042, "the code") end)
