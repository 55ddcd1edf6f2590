-- SPDX-License-Identifier: GPL-2.0-or-later
-- What fi.scenario makes of places in memory, and its lists of parameters.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! checks: 14

local check = require "fi.check"
local scenario = require "fi.scenario"

local buffer <const> = fi.symbol("buffer")

local function is(place, address, size)
    local got, bytes = scenario.extent(place, 8)
    check.ok(got == address and bytes == size, ("%s: %s, %s"):format(tostring(place), got, bytes))
end

is(0x40000000, 0x40000000, 8)
is("buffer", buffer, 1024)
is("buffer+0x10", buffer + 0x10, 8)
is("buffer - 4", buffer - 4, 8)
is("checksum", (fi.symbol("checksum")), 8)
is({"buffer", size = 3}, buffer, 3)
is({"buffer+1", "buffer+5"}, buffer + 1, 4)
is({buffer, buffer + 2}, buffer, 2)

local function rejected(wanted, fn, ...)
    local ok, message = pcall(fn, ...)
    check.ok(not ok and tostring(message):find(wanted, 1, true), ("%s says %s"):format(tostring(message), wanted))
end
rejected("nosuch", scenario.extent, "nosuch", 4)
rejected("nosuch", scenario.extent, "nosuch+4", 4)
rejected("a place in memory is", scenario.extent, {"buffer", "buffer"}, 4)
rejected("a place in memory is", scenario.extent, {size = 4}, 4)
rejected("scenario.beginning: there is no 'when'", scenario.beginning, "when")
check.eq(#{scenario.beginning()}, 3, "all of them")
