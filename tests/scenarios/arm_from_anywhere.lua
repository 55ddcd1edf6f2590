-- SPDX-License-Identifier: GPL-2.0-or-later
-- Each kind of handler arms a trigger which must come: one in each, all in a single run.
--! guest: exception
--! requires: discontinuity
--! stdout: svc 8 abort 1 undef 1 last esr 0x96000005 far 0x80000000
--! checks: 7

local check = require "fi.check"

local armed = {}
local function arm(how)
    return function(ev)
        ev.trigger:remove()
        armed[how] = on_pc("take_abort", {name = "from " .. how}, function() end)
    end
end

on_pc("take_svc", arm "pc")
on_insn({mask = 0xffffffff, value = 0xd4000001}, arm "insn")
on_read("svc_count", {size = 4}, arm "read")
on_write("svc_count", {size = 4}, arm "write")
on_exception("svc", arm "exception")
on_vcpu_init(arm "vcpu_init")
after_insns(1, function() armed.insns = on_pc("take_abort", {name = "from insns"}, function() end) end)

check.at_exit(function()
    for _, how in ipairs{"pc", "insn", "read", "write", "exception", "vcpu_init", "insns"} do
        check.fired(armed[how], 1)
    end
end)
