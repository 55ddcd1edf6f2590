-- SPDX-License-Identifier: GPL-2.0-or-later
-- An opcode that becomes undefined: the guest takes an exception. Its handler does not know it.
--! guest: checksum
--! requires: set_pc
--! stdout-re: ^crash sync esr 0x2000000 elr 0x
--! journal: {"kind":"fault","action":"write_memory","new":"0x0","info":{"model":"instruction-replacement"}}

require("fi.faults").replace("checksum_add", 0, {persistence = "once"})
