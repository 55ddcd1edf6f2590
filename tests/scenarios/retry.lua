-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.RETRY: the handler changes the instruction it stands before (movz w0, #1 becomes movz w0, #40), and the changed
-- one executes, without the trigger running again. The guest's second call runs what it wrote itself.
--! guest: jit
--! requires: set_pc
--! stdout: jit 40 2
--! journal: {"kind":"fault","action":"write_memory","old":"0x52800020","new":"0x52800500"}
--! journal: {"kind":"fault","action":"retry"}
--! journal-count: fault 2
--! checks: 1

local check = require "fi.check"

local patch = on_pc("code_buffer", {limit = 1}, function(ev)
    mem.u32[ev.pc] = 0x52800500
    return fi.RETRY
end)

check.at_exit(function() check.fired(patch, 1) end)
