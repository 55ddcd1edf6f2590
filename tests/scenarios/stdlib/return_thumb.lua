-- SPDX-License-Identifier: GPL-2.0-or-later
-- corrupt_return on Cortex-M, where bit 0 of the return address is set.
--! guest: mchecksum
--! stdout: checksum 0xdc92167c
--! journal: {"kind":"fault","target":"r0","old":"0xdc92167d","new":"0xdc92167c","info":{"model":"return-value"}}
--! journal-count: fault 1

require("fi.faults").corrupt_return("checksum", {bit = 0})
