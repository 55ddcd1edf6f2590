-- SPDX-License-Identifier: GPL-2.0-or-later
-- ev.is_io and ev.device. QEMU 11.0 itself never says that an access is to a device (its tlb_plugin_lookup() looks
-- for TLB_MMIO among the wrong flags), so this takes a patched one.
--! guest: checksum
--! requires: device_info
--! stdout: checksum 0xdc92167d
--! checks: 3

local check = require "fi.check"

on_write({0x09000000, size = 4}, {limit = 1}, function(ev)
    check.eq(ev.is_io, true, "is_io")
    check.eq(ev.device, "pl011", "device")
end)
on_write("result", function(ev) check.ok(ev.is_io == false and ev.device == nil, "memory") end)
