-- SPDX-License-Identifier: GPL-2.0-or-later
-- The option el of on_insn, on_read, on_write and on_exception. Each level counts its own call once; EL1 reads all
-- four counts for the output.
--! guest: levels
--! requires: discontinuity
--! stdout: el3 7 el2 77 el1 7 el0 7
--! checks: 11

local check = require "fi.check"

on_insn({mask = 0xffffffff, value = 0xd65f03c0}, {el = 2, name = "ret"}, function(ev)
    if fi.symbols.at(ev.pc) == "common+0x4" then
        cpu.x0 = 77
    end
end)

local reads, writes = {}, {}
for level = 0, 3 do
    local calls = {"level_calls+" .. 4 * level, size = 4}
    writes[level] = on_write(calls, {el = level}, function() end)
    reads[level] = on_read(calls, {el = level}, function() end)
end
local taken_by_el1 = on_exception("svc", {el = 1}, function(ev) check.eq(ev.el, 1, "the level that takes the SVC") end)
local taken_by_el2 = on_exception("svc", {el = 2}, function() end)

check.at_exit(function()
    for level = 0, 3 do
        check.fired(writes[level], 1)
        check.count(reads[level], level == 1 and 2 or 1)
    end
    check.fired(taken_by_el1, 1)
    check.fired(taken_by_el2, 0)
end)
