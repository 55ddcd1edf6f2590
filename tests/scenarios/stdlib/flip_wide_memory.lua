-- SPDX-License-Identifier: GPL-2.0-or-later
-- A bit of a large object: only its byte is written. Bit 166 is bit 6 of the sixth word, which is then 0x5e98c17f.
--! guest: checksum
--! stdout: checksum 0xdc923fd0
--! journal: {"kind":"fault","action":"write_memory","size":1,"old":"0x3f","new":"0x7f","info":{"bits":"166"}}
--! journal-count: fault 1

local faults = require "fi.faults"

on_pc("checksum", function() faults.flip{mem = "buffer", bit = 166} end)
