-- SPDX-License-Identifier: GPL-2.0-or-later
-- Without QEMU's extensions plain loads give stuck bits and late flags, too; what takes hooks in QEMU is an error that
-- says so where the fault is armed.
--! guest: mmio
--! opt: stock=on
--! requires: set_pc
--! stdout-any
--! stdout: read32 rtc_mr 0x11223345
--! stdout: read16 rtc_mr 0x3345
--! stdout: read8 rtc_mr 0x45
--! stdout-any
--! stdout: polls 10
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","action":"mmio_read","info":{"model":"stuck-at-1"}} 3
--! journal-count: {"kind":"fault","action":"mmio_read","info":{"model":"delayed-ready"}} 9
--! checks: 6

local check = require "fi.check"
local mmio = require "fi.mmio"

mmio.stuck_bits({0x09010004, size = 2}, {bit = 0, value = 1})
mmio.delayed_ready(0x0900003c, {bit = 5, reads = 9})

local function lacks(capability, fn, ...)
    local ok, message = pcall(fn, ...)
    check.ok(not ok and message:find("needs the capability '" .. capability .. "'", 1, true), tostring(message))
end
lacks("mmio", mmio.stuck_bits, 0x09010004, {bit = 0, value = 1, writes = true})
lacks("mmio", mmio.stuck_bits, "pl031", {bit = 0, value = 1})
lacks("mmio", mmio.intermittent_read, 0x09010004, {every = 2, error = true})
lacks("mmio", mmio.lost_write, 0x09010004)
lacks("mmio", mmio.bus_error, 0x09010004)
lacks("clock", mmio.delayed_ready, 0x0900003c, {bit = 5, ns = 100})
