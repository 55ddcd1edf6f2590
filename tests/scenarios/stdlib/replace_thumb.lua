-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.replace in Thumb code: a 2-byte instruction (add r2, r3 becomes subs r2, r2, r3), and a 4-byte one by
-- itself, whose halfwords must come out in their order.
--! guest: mchecksum
--! requires: set_pc
--! stdout: checksum 0xa36de990
--! checks: 1

local check = require "fi.check"
local faults = require "fi.faults"

-- sub r2, r2, r3 (T1 sets the flags; nothing reads them before the next subs)
faults.replace("checksum_add", 0x1ad2, {persistence = "always"})
-- the same ror.w again: the guest must not notice
faults.replace("checksum_rotate", 0xea4f72f2, {persistence = "always"})

on_pc("checksum_done", function()
    check.eq(mem:read("checksum_rotate", 4), "\x4f\xea\xf2\x72", "halfwords in order")
end)
