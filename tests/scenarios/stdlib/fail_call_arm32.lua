-- SPDX-License-Identifier: GPL-2.0-or-later
-- Functions of both instruction sets, called from A32: that of T32 is left in T32 state, so the way back is another one.
--! guest: arm32
--! requires: set_pc
--! stdout: arm 0x00000007 thumb 0xfffffff4
--! journal: {"kind":"fault","trigger":"a32","action":"write_register","target":"r0","new":"0x7"}
--! journal: {"kind":"fault","trigger":"t32","action":"write_register","target":"r0","new":"0xfffffff4"}
--! checks: 2

local check = require "fi.check"
local fail_call = require "fi.scenarios.fail_call"

local a32 = fail_call.arm{code = "arm_func", value = 7, name = "a32"}
local t32 = fail_call.arm{code = "thumb_func", value = -12, name = "t32"}

check.at_exit(function()
    check.eq(a32.injected + t32.injected, 2, "injected")
    check.eq(a32.errors + t32.errors, 0, "errors")
end)
