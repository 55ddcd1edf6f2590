-- SPDX-License-Identifier: GPL-2.0-or-later
-- The guest's handler of undefined instructions skips them. So the injected one comes instead of the first SVC, and never
-- returns to it: its next execution, in the second call, is an ordinary one and hits the triggers there.
--! guest: exception
--! tiers: patched
--! requires: exception set_pc
--! stdout: svc 7 abort 1 undef 2 last esr 0x96000005 far 0x80000000
--! journal: {"kind":"fault","at":"take_svc","action":"exception","target":"undefined","info":{"pending":false}}
--! journal-count: fault 1
--! checks: 2

local check = require "fi.check"

on_pc("take_svc", {limit = 1}, function() check.eq(fi.exception.undefined(), "taken") end)
local calls = on_pc("take_svc", function() end)
check.at_exit(function() check.fired(calls, 8) end)
