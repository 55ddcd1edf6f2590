-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_exception: by name, by class, by the interrupted instruction; the event's fields. The fault: the fourth SVC is
-- undone (execution goes on behind it), so the guest counts seven.
--! guest: exception
--! requires: discontinuity
--! stdout: svc 7 abort 1 undef 1 last esr 0x96000005 far 0x80000000
--! journal: {"kind":"fault","action":"set_pc"}
--! journal-count: fault 1
--! checks: 17

local check = require "fi.check"

local function nothing() end

local all = on_exception(nothing)
local svc = on_exception("svc", nothing)
local abort = on_exception({name = "data_abort"}, function(ev)
    check.eq(ev.name, "data_abort", "name")
    check.eq(ev.ec, 0x25, "class")
    check.eq(ev.esr, 0x96000005, "syndrome")
    check.eq(ev.far, 0x80000000, "fault address")
    check.eq(ev.el, 1, "level")
    check.eq(ev.from_pc, fi.symbol("take_abort"), "interrupted instruction")
    check.eq(ev.to_pc, fi.symbol("vector_sync"), "handler")
    check.eq(ev.kind, "exception", "kind")
    check.eq(cpu.pc, ev.to_pc, "the current instruction")
end)
local undefined = on_exception({ec = 0}, function(ev) check.eq(ev.name, "unknown", "name") end)
local from_undef = on_exception({from = "take_undef"}, nothing)
local elsewhere = on_exception({from = {"take_undef", size = 4}, name = "svc"}, nothing)
local brk = on_exception("brk", nothing)

on_exception("svc", {after = 3, limit = 1}, function()
    cpu.pc = fi.symbol("take_svc") + 4
end)

check.at_exit(function()
    check.fired(all, 10)
    check.fired(svc, 8)
    check.fired(abort, 1)
    check.fired(undefined, 1)
    check.fired(from_undef, 1)
    check.fired(elsewhere, 0)
    check.fired(brk, 0)
end)
