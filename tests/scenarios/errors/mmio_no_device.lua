-- SPDX-License-Identifier: GPL-2.0-or-later
-- A wrong place in the main chunk, before there are devices: the run does not start, and the message names line and place.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-empty
--! stderr-re: mmio_no_device\.lua:13: on_mmio_read 0x40400000: no device is at 0x40400000 to 0x40400000
--! stderr-re: 0x10000000-0x3efeffff
--! exit: 1

local function nothing() end

on_mmio_read(0x40400000, nothing)
