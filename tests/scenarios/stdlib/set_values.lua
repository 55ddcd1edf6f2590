-- SPDX-License-Identifier: GPL-2.0-or-later
-- set_at on a register: the running checksum is 0 before the 101st addition. set in a handler: integers, negative
-- ones, strings, all sizes; what does not fit is an error.
--! guest: checksum
--! stdout: checksum 0x8633f3de
--! journal: {"kind":"fault","target":"w2","new":"0x0","at":"checksum+0xc","hit":101,"info":{"model":"value","duration":"transient"}}
--! checks: 9

local check = require "fi.check"
local faults = require "fi.faults"

faults.set_at("checksum_add", {reg = "w2", value = 0, after = 100})

on_pc("main", function()
    faults.set{mem = "result", value = -2}
    check.eq(mem.u32.result, 0xfffffffe, "a negative integer")
    faults.set{mem = "result", size = 1, value = 0x55}
    check.eq(mem.u32.result, 0xffffff55, "one byte")
    faults.set{mem = "result", value = "abcd"}
    check.eq(mem:read("result", 4), "abcd", "a string")
    faults.set{phys = "result", value = 0xffffffff}
    check.eq(mem.u32.result, 0xffffffff, "a physical address")
    faults.set{reg = "v9", value = string.rep("z", 16)}
    check.eq(cpu.v9, string.rep("z", 16), "a vector")
    local ok, message = pcall(faults.set, {mem = "result", value = 1 << 32})
    check.ok(not ok and message:find("does not fit"), "too large")
    ok, message = pcall(faults.set, {mem = "result", value = "abc"})
    check.ok(not ok and message:find("3 bytes"), "too short")
    ok, message = pcall(faults.set, {reg = "v9", value = 1})
    check.ok(not ok and message:find("16 bytes"), "an integer for a vector")
    ok, message = pcall(faults.set, {reg = "x99", value = 1})
    check.ok(not ok and message:find("x99"), "an unknown register")
end)
