-- SPDX-License-Identifier: GPL-2.0-or-later
-- when, after, every and limit of memory, opcode and exception triggers.
--! guest: exception
--! requires: discontinuity
--! stdout: svc 8 abort 1 undef 1 last esr 0x96000005 far 0x80000000
--! checks: 6

local check = require "fi.check"

local svcs = fi.counter("svcs")
svcs:count_pc("take_svc")

local triggers = {
    [on_exception("svc", {when = svcs:gt(6)}, function() end)] = 2,                 -- the last two of eight
    [on_exception("svc", {after = 2, every = 3, limit = 2}, function() end)] = 2,   -- the third and the sixth
    [on_write("svc_count", {when = svcs:le(3)}, function() end)] = 3,
    [on_write("svc_count", {after = 6}, function() end)] = 2,
    [on_insn({mask = 0xffe0001f, value = 0xd4000001}, {when = svcs:eq(4)}, function() end)] = 1,
    [on_insn({mask = 0xffe0001f, value = 0xd4000001}, {every = 4}, function() end)] = 2,
}

check.at_exit(function()
    for trigger, times in pairs(triggers) do
        check.fired(trigger, times)
    end
end)
