-- SPDX-License-Identifier: GPL-2.0-or-later
-- T32: an instruction in an IT block is skipped, and the block ends with it: what follows is unconditional as before.
--! guest: arm32
--! requires: set_pc
--! stdout: arm 0xd15a25ea thumb 0xd15a2802
--! journal-count: {"kind":"fault","action":"skip","at":"thumb_func+0x8","old":"0xf080001d"} 10

on_pc("thumb_xor", function(ev)
    assert(ev.insn_size == 4)
    return fi.SKIP
end)
