-- SPDX-License-Identifier: GPL-2.0-or-later
-- AArch32: an odd value in cpu.pc selects Thumb state. arm_func's work is done by thumb_func, which returns to the
-- A32 caller, and one bit of the result is flipped there to show it: 0xd15a25ea ~ 0x100.
--! guest: arm32
--! requires: set_pc
--! stdout: arm 0xd15a24ea thumb 0xd15a25ea
--! journal-count: {"kind":"fault","action":"set_pc","at":"arm_func"} 1
--! checks: 2

local check = require "fi.check"

on_pc("arm_func", {limit = 1}, function() cpu.pc = fi.symbol("thumb_func") | 1 end)
on_pc("thumb_return", {limit = 1}, function() cpu.r0 = cpu.r0 ~ 0x100 end)
local arm = on_pc("arm_double", function() end)
local thumb = on_pc("thumb_double", function() end)

check.at_exit(function()
    check.fired(arm, 0)
    check.fired(thumb, 20)
end)
