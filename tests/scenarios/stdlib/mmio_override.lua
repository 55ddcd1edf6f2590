-- SPDX-License-Identifier: GPL-2.0-or-later
-- Another value instead of the device's: a register's, of which each access gets its part; a function's; what a function
-- does not say stays; and each register of a device.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0xcafef00d
--! stdout: read16 rtc_mr 0xf00d
--! stdout: read8 rtc_mr 0xd
--! stdout-any
--! stdout: read8 rtc_id 0x31
--! stdout: read16 rtc_id 0x31
--! stdout: read32 rtc_id abort esr 0x96000210 far 0x9010fe0 elr load32
--! stdout: read64 rtc_id 0xfffffffe00000031
--! stdout-any
--! stdout: read8 gpio_dir 0x7
--! stdout: write32 gpio_data 0xa5 done
--! stdout: read32 gpio_data 0x7
--! stdout-any
--! stdout: read16 gpio_iev 0x7
--! stdout-any
--! stdout: aborts 3
--! journal: {"kind":"fault","action":"mmio_read","target":"0x9010004","old":null,"new":"0xcafef00d","info":{"model":"value","duration":"permanent"}}
--! journal: {"kind":"fault","action":"mmio_fail","target":"0x9010fe0","size":4,"info":{"model":"value"}}
--! journal: {"kind":"fault","action":"mmio_read","target":"0x9010fe0","size":8,"old":"0x1000000031","new":"0xfffffffe00000031"}
--! journal: {"kind":"fault","action":"mmio_read","target":"0x9030400","old":null,"new":"0x7"}
--! checks: 1

local check = require "fi.check"
local mmio = require "fi.mmio"

mmio.override("pl031", 0xcafef00d, {offset = 4})
mmio.override({0x09010fe4, 0x09010fe8}, -2)         -- the upper half of a 64-bit read
local fault = mmio.override(0x09010fe0, function(ev) return ev.size == 4 and fi.BUS_ERROR or nil end)
mmio.override("pl061", 7)

check.at_exit(function() check.eq(fault.injected, 1, "by the function") end)
