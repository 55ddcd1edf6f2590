-- SPDX-License-Identifier: GPL-2.0-or-later
-- A register of a device as the clock, of 1000 ticks a second: it jumps by 3 s and is read in all sizes; another one stands
-- still at the value of its first read.
--! guest: mmio
--! requires: set_pc clock mmio
--! stdout-any
--! stdout: write32 rtc_mr 0x11223344 done
--! stdout: read32 rtc_mr 0x11223efc
--! stdout: read16 rtc_mr 0x3efc
--! stdout-any
--! stdout: read32 gpio_iev 0x12
--! stdout: write16 gpio_iev 0x56 done
--! stdout: read16 gpio_iev 0x12
--! stdout-any
--! stdout: aborts 2
--! checks: 2

local check = require "fi.check"
local clock_jump = require "fi.scenarios.clock_jump"
local clock_stop = require "fi.scenarios.clock_stop"

local jump = clock_jump.arm{jump_ns = 3000000000, device = {0x09010004, size = 4}, hz = 1000}
local stop = clock_stop.arm{device = {"pl061", offset = 0x40c, size = 4}}

check.at_exit(function()
    check.ok(jump.clock.reads > 0, "reads")
    check.eq(stop.errors + jump.errors, 0, "errors")
end)
