-- SPDX-License-Identifier: GPL-2.0-or-later
-- A scenario of the library that this QEMU cannot do says so, and arms nothing.
--! guest: checksum
--! tiers: stock
--! stdout: checksum 0xdc92167d
--! checks: 2

local check = require "fi.check"
local scenario = require "fi.scenario"

local late = scenario.define{
    name = "late", purpose = "p.", healthy = "h.", needs = {"timers"}, parameters = {},
    arm = function(_, fault) fault:owns(fi.after_ns(1000, function() end)) end,
}
local before = #fi.triggers()
local ok, message = pcall(function()
    late.arm()
end)
check.ok(not ok and message:find("scenario_needs.lua:", 1, true)
         and message:find("late: needs the capability 'timers', which this QEMU has not", 1, true), message)
check.eq(#fi.triggers(), before, "no trigger more")
