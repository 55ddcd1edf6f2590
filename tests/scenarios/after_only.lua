-- SPDX-License-Identifier: GPL-2.0-or-later
-- after alone: all hits but the first 100 fire. A limit alone: only the first does. The first is the 100th
-- iteration's rotation and later, the second the first addition.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x5715e4f8
--! checks: 4

local check = require "fi.check"

local late = on_pc("checksum_rotate", {after = 100}, function(ev)
    assert(ev.hits > 100)
    return fi.SKIP
end)
local first = on_pc("checksum_add", {limit = 1}, function(ev)
    check.eq(ev.hits, 1, "hits at the first firing")
end)
local every = on_pc("checksum_next", {every = 100}, function() end)

check.at_exit(function()
    check.fired(late, 156)
    check.fired(first, 1)
    check.fired(every, 3)       -- hits 1, 101 and 201
end)
