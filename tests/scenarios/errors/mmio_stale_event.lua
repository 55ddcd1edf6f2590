-- SPDX-License-Identifier: GPL-2.0-or-later
-- The event of an access is over when its handler has ended: its value cannot be asked of the device any more.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"log","text":"~^stale: .*event"}
--! journal-count: fault 0

local kept
on_mmio_read(0x09010004, {limit = 1}, function(ev) kept = ev end)
on_pc("load16", {limit = 1}, function()
    local ok, message = pcall(function() return kept.value end)
    assert(not ok, "accepted")
    fi.log("stale: %s", message)
end)
