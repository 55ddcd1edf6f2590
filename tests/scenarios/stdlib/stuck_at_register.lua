-- SPDX-License-Identifier: GPL-2.0-or-later
-- A register held within a function: bit 0 of w3 is 1 before each instruction of checksum.
--! guest: checksum
--! stdout: checksum 0x3dc21fdd
--! journal: {"kind":"fault","target":"w3","old":"0x3c88596c","new":"0x3c88596d","info":{"model":"stuck-at-1","duration":"permanent","bits":"0"}}
--! checks: 2

local check = require "fi.check"
local faults = require "fi.faults"

local fault = faults.stuck_at{reg = "w3", bit = 0, value = 1, within = "checksum"}

check.at_exit(function()
    check.fired(fault.trigger, 1 + 5 * 256 + 2)
    check.ok(fault.forced > 100 and fault.forced <= 257, "forced where it was 0")
end)
