-- SPDX-License-Identifier: GPL-2.0-or-later
-- A place by device: its type, its QOM path, the name of its region; all three hooks see the same accesses. Added in a
-- handler, a hook sees the next access.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout-any
--! stdout: aborts 2
--! journal-count: fault 0
--! checks: 5

local check = require "fi.check"

local by_type = on_mmio_read("pl061", function() end)
local by_path
local first = on_mmio_read("pl031", {limit = 1}, function(ev)
    check.ok(ev.device:find("^/machine/"), "a QOM path")
    by_path = on_mmio_read(ev.device, function() end)
end)
local writes = on_mmio_write("pl031", function() end)

check.at_exit(function()
    check.fired(first, 1)
    check.fired(by_path, 8)
    check.fired(by_type, 5)
    check.fired(writes, 3)
end)
