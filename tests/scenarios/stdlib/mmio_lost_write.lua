-- SPDX-License-Identifier: GPL-2.0-or-later
-- Writes that get lost: one of a register; those of certain data, to whichever
-- register of the device; one by a device.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: write32 rtc_mr 0x11223344 done
--! stdout: read32 rtc_mr 0x0
--! stdout-any
--! stdout: read8 gpio_dir 0xff
--! stdout: write32 gpio_data 0xa5 done
--! stdout: read32 gpio_data 0xa5
--! stdout: write64 gpio_ibe 0x1200000034 done
--! stdout: read32 gpio_ibe 0x34
--! stdout: read32 gpio_iev 0x12
--! stdout: write16 gpio_iev 0x56 done
--! stdout: read16 gpio_iev 0x12
--! stdout-any
--! stdout: dma control 0x0
--! stdout: read32 rtc_mr 0x0
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","action":"mmio_drop","target":"0x9010004","old":"0x11223344","info":{"model":"lost-write","duration":"transient"}}
--! journal: {"kind":"fault","action":"mmio_drop","target":"0x903040c","old":"0x56","info":{"model":"lost-write","duration":"permanent"}}
--! journal: {"kind":"fault","vcpu":null,"action":"mmio_drop","target":"0x9010004","old":"0x554d4551","info":{"model":"lost-write"}}
--! journal-count: fault 3
--! checks: 3

local check = require "fi.check"
local mmio = require "fi.mmio"

local once = mmio.lost_write(0x09010004, {limit = 1})
local some = mmio.lost_write("pl061", {value = 0x50, mask = 0xf8})
local dma = mmio.lost_write(0x09010004, {dma = true})

check.at_exit(function()
    check.ok(not once.active and once.injected == 1, "once")
    check.eq(some.injected, 1, "some")
    check.eq(dma.injected, 1, "by DMA")
end)
