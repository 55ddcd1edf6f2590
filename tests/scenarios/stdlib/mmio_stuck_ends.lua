-- SPDX-License-Identifier: GPL-2.0-or-later
-- The end of a stuck bit: by limit, by remove(), and when another trigger fires. What is read afterwards is right.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223345
--! stdout: read16 rtc_mr 0x3345
--! stdout: read8 rtc_mr 0x44
--! stdout-any
--! stdout: read8 rtc_id 0x71
--! stdout: read16 rtc_id 0x71
--! stdout: read32 rtc_id 0x31
--! stdout-any
--! stdout: write8 gpio_dir 0xff done
--! stdout: read8 gpio_dir 0x7f
--! stdout: write32 gpio_data 0xa5 done
--! stdout: read32 gpio_data 0xa5
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","new":"0x11223345","info":{"model":"stuck-at-1","duration":"intermittent","bits":"0"}}
--! journal: {"kind":"trigger","name":"stuck-at-1 0x9010004","fired":2,"state":"ended"}
--! journal: {"kind":"fault","new":"0x71","info":{"model":"stuck-at-1","duration":"transient","bits":"6"}}
--! journal: {"kind":"trigger","name":"stuck-at-1 0x9010fe0","fired":2,"state":"removed"}
--! journal: {"kind":"fault","target":"0x9030400","old":"0xff","new":"0x7f","info":{"duration":"permanent"}}
--! journal-count: fault 5
--! checks: 3

local check = require "fi.check"
local mmio = require "fi.mmio"

local limited = mmio.stuck_bits(0x09010004, {bit = 0, value = 1, limit = 2})
local third = on_pc("load32", {after = 2}, nil)
local waited = mmio.stuck_bits(0x09010fe0, {bit = 6, value = 1, duration = {until_trigger = third}})
local removed
removed = mmio.stuck_bits("pl061", {bit = 7, value = 0})        -- whichever register is accessed
on_mmio_write(0x090303fc, function() removed:remove() end)

check.at_exit(function()
    check.ok(not limited.active, "limited")
    check.ok(not waited.active, "waited")
    check.ok(not removed.active, "removed")
end)
