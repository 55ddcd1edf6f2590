-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.RETRY at every hit, without changing anything: the guest must not notice, and each execution is one hit.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0xdc92167d
--! journal-count: {"kind":"fault","action":"retry","at":"checksum+0x8"} 256
--! checks: 2

local check = require "fi.check"

local retried = on_pc("checksum_rotate", function() return fi.RETRY end)
local neighbour = on_pc("checksum_rotate", function() end)

check.at_exit(function()
    check.fired(retried, 256)
    check.fired(neighbour, 256)
end)
