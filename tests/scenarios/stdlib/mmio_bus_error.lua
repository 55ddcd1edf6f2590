-- SPDX-License-Identifier: GPL-2.0-or-later
-- Bus errors: of reads only; of reads and writes, together twice; of a device as a whole.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: write32 rtc_mr 0x11223344 done
--! stdout: read32 rtc_mr 0x11223344
--! stdout: read16 rtc_mr abort esr 0x96000210 far 0x9010004 elr load16
--! stdout: read8 rtc_mr abort esr 0x96000210 far 0x9010004 elr load8
--! stdout: write32 rtc_imsc 0x1 abort esr 0x96000250 far 0x9010010 elr store32
--! stdout: read32 rtc_imsc abort esr 0x96000210 far 0x9010010 elr load32
--! stdout: read8 rtc_id 0x31
--! stdout-any
--! stdout: write8 gpio_dir 0xff abort esr 0x96000250 far 0x9030400 elr store8
--! stdout: read8 gpio_dir 0x0
--! stdout: write32 gpio_data 0xa5 abort esr 0x96000250 far 0x90303fc elr store32
--! stdout-any
--! stdout: read16 gpio_iev 0x0
--! stdout-any
--! stdout: dma control 0x0
--! stdout: read32 rtc_mr abort esr 0x96000210 far 0x9010004 elr load32
--! stdout-any
--! stdout: aborts 11
--! journal: {"kind":"fault","action":"mmio_fail","target":"0x9010004","size":2,"info":{"model":"bus-error","duration":"permanent"}}
--! journal: {"kind":"fault","action":"mmio_fail","target":"0x9010010","info":{"model":"bus-error","duration":"intermittent"}}
--! journal-count: fault 9
--! checks: 3

local check = require "fi.check"
local mmio = require "fi.mmio"

local reads = mmio.bus_error(0x09010004, {read = true, after = 1})
local both = mmio.bus_error(0x09010010, {limit = 2})
local writes = mmio.bus_error("pl061", {write = true})

check.at_exit(function()
    check.eq(reads.injected, 3, "reads")
    check.ok(not both.active and both.injected == 2, "both")
    check.eq(writes.injected, 4, "writes")
end)
