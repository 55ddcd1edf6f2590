-- SPDX-License-Identifier: GPL-2.0-or-later
-- faults.flip by physical address, in one copy's data only: the guest detects it.
--! guest: selfcheck
--! stdout: DETECTED
--! journal: {"kind":"fault","action":"write_memory","space":"phys","size":4,"info":{"upset":"SEU","bits":"31"}}
--! journal-count: fault 1

local faults = require "fi.faults"

on_write({"data_a+40", size = 4}, function() faults.flip{phys = "data_a+40", bit = 31} end)
