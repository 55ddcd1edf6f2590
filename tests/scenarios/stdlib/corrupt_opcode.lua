-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.corrupt_opcode: bit 30 makes sub of add, here once, in the first iteration.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x1c2c8b2f
--! journal: {"kind":"fault","action":"write_memory","old":"0xb030042","new":"0x4b030042","info":{"model":"opcode-corruption","duration":"transient","bits":"30","upset":"SEU"}}

require("fi.faults").corrupt_opcode("checksum_add", {bit = 30, persistence = "once"})
