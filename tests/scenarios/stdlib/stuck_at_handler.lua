-- SPDX-License-Identifier: GPL-2.0-or-later
-- stuck_at armed in a handler forces the cell at once; {until_trigger = t} ends it. The low byte of the first word is
-- 0 when the checksum is taken; after that a store of ones to the cell keeps them.
--! guest: checksum
--! stdout: checksum 0xdc91e307
--! journal: {"kind":"fault","old":"0x3c88596c","new":"0x3c885900","info":{"model":"stuck-at-0","duration":"transient","bits":"0,1,2,3,4,5,6,7"}}
--! journal-count: fault 1
--! checks: 3

local check = require "fi.check"
local faults = require "fi.faults"

local fault
local stop = on_pc("checksum_done", nil)
on_pc("checksum", function()
    fault = faults.stuck_at{mem = "buffer", size = 4, mask = 0xff, value = 0, duration = {until_trigger = stop}}
    check.eq(fault.forced, 1, "forced at once")
    check.ok(fault.active, "active")
end)
check.at_exit(function() check.ok(not fault.active, "ended") end)
