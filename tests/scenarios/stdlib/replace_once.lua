-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.replace, once: one addition is a subtraction, the 51st; the old code is back afterwards.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x653e5a7d
--! journal: {"kind":"fault","action":"write_memory","old":"0xb030042","new":"0x4b030042","info":{"model":"instruction-replacement","duration":"transient"}}
--! journal: {"kind":"fault","action":"write_memory","old":"0x4b030042","new":"0xb030042","info":{"phase":"restored"}}
--! journal-count: {"kind":"fault","action":"write_memory"} 2
--! checks: 1

local check = require "fi.check"

require("fi.faults").replace("checksum_add", 0x4b030042, {persistence = "once", after = 50})    -- sub w2, w2, w3

on_pc("checksum_done", function() check.eq(mem.u32.checksum_add, 0x0b030042, "the code") end)
