-- SPDX-License-Identifier: GPL-2.0-or-later
-- What can be wrong only when the access is made is an error that names the line where the fault was armed, or the line
-- in the scenario's own function; the access is what it would have been.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout: read16 rtc_mr 0x3344
--! stdout-any
--! stdout: read8 rtc_id 0x31
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"error","trigger":"float","message":"~^[^:]*mmio_late_errors\\.lua:21: .*not the float 0\\.5"}
--! journal: {"kind":"error","trigger":"own","message":"~^[^:]*mmio_late_errors\\.lua:24: oops"}
--! journal: {"kind":"error","trigger":"wide","message":"~^[^:]*mmio_late_errors\\.lua:22: 0x12345 does not fit .* 1 byte wide"}
--! journal-count: error 3
--! journal-count: fault 0
local mmio = require "fi.mmio"

mmio.override(0x09010004, function() return 0.5 end, {name = "float", limit = 1})
mmio.override({0x09010000, 0x09011000}, 0x12345, {name = "wide", after = 4, limit = 1})
mmio.override(0x09010004, function()
    error("oops")
end, {name = "own", after = 1, limit = 1})
