-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_insn: by opcode, wherever it is; here each "ror w2, w2, #31" becomes nothing. The mask leaves out the shift
-- amount.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x55029480
--! journal: {"kind":"fault","action":"skip","at":"checksum+0x8","old":"0x13827c42"}
--! journal-count: {"kind":"fault","action":"skip"} 256
--! checks: 2

local check = require "fi.check"

local exact = on_insn({mask = 0xffff03ff, value = 0x13820042}, function(ev)
    assert(ev.kind == "insn" and ev.opcode == 0x13827c42 and ev.insn_size == 4)
    return fi.SKIP
end)
local never = on_insn({mask = 0xffffffff, value = 0xffffffff}, function() end)

check.at_exit(function()
    check.fired(exact, 256)
    check.fired(never, 0)
end)
