-- SPDX-License-Identifier: GPL-2.0-or-later
-- ev.value asks the device: here one bit of what it says is flipped. However often it is read, the device is asked once
-- (fw_cfg hands out its data piece by piece), and a handler that does not read it leaves the device alone.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223345
--! stdout: read16 rtc_mr 0x3345
--! stdout: read8 rtc_mr 0x45
--! stdout-any
--! stdout: write16 fw_cfg_selector 0x0 done
--! stdout: read8 fw_cfg_data 0x51
--! stdout: read8 fw_cfg_data 0xff
--! stdout: read16 fw_cfg_data 0x4d45
--! stdout-any
--! journal: {"kind":"fault","action":"mmio_read","target":"0x9010004","old":"0x11223344","new":"0x11223345"}
--! journal: {"kind":"fault","action":"mmio_read","target":"0x9020000","old":null,"new":"0xff"}
--! checks: 4

local check = require "fi.check"

on_mmio_read(0x09010004, {limit = 3}, function(ev) return ev.value ~ 1 end)

local reads = 0
local hook = on_mmio_read({0x09020000, size = 8}, function(ev)
    reads = reads + 1
    if reads == 1 then
        check.eq(ev.value, 0x51, "Q")
        check.eq(ev.value, 0x51, "still Q")
        check.eq(ev.value, 0x51, "and again")
    elseif reads == 2 then
        return 0xff
    end
end)

check.at_exit(function() check.fired(hook, 3) end)
