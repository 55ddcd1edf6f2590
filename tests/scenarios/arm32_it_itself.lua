-- SPDX-License-Identifier: GPL-2.0-or-later
-- T32: without the IT instruction the one behind it executes unconditionally, ten times instead of two.
--! guest: arm32
--! requires: set_pc
--! stdout: arm 0xd15a25ea thumb 0xd15a7845
--! journal-count: {"kind":"fault","action":"skip","at":"thumb_func+0x6","old":"0xbf28"} 10

on_pc("thumb_it", function(ev)
    assert(ev.insn_size == 2)
    return fi.SKIP
end)
