-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.defer to a vCPU that is still off: the function runs when the vCPU executes, not before it is reset for that.
-- Core 3 begins with the number 5, so the place of its sum stays 0.
--! guest: smp
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x13fb7df4
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0xa02f3124
--! stdout: core 3 sum 0x00000000
--! journal: {"kind":"fault","vcpu":3,"action":"write_register","target":"x0","old":"0x3","new":"0x5"}
--! journal-count: fault 1
--! checks: 1

local check = require "fi.check"

on_pc("start_core", {after = 2, limit = 1}, function()
    fi.defer(3, function()
        check.eq(cpu.index, 3, "the other vCPU")
        cpu.x0 = 5
    end)
end)
