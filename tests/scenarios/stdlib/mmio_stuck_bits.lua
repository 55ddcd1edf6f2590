-- SPDX-License-Identifier: GPL-2.0-or-later
-- Stuck bits of registers: each access has them where it has that part of the register, in every size; an access without
-- the bits is no hit. With `writes` the device is written them so, too: 0x34 is what passes of the 64-bit write.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: write32 rtc_mr 0x11223344 done
--! stdout: read32 rtc_mr 0x91223245
--! stdout: read16 rtc_mr 0x3245
--! stdout: read8 rtc_mr 0x45
--! stdout: write32 rtc_imsc 0x1 done
--! stdout: read32 rtc_imsc 0x3
--! stdout-any
--! stdout: read64 rtc_id 0x1100000031
--! stdout-any
--! stdout: write64 gpio_ibe 0x1200000034 done
--! stdout: read32 gpio_ibe 0x34
--! stdout: read32 gpio_iev 0x1a
--! stdout: write16 gpio_iev 0x56 done
--! stdout: read16 gpio_iev 0x5e
--! stdout-any
--! stdout: dma control 0x0
--! stdout: read32 rtc_mr 0xd54d4451
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","vcpu":0,"at":"load32","trigger":"stuck-at-1 0x9010004","action":"mmio_read","target":"0x9010004","size":4,"region":"pl031","old":"0x11223344","new":"0x91223345","info":{"model":"stuck-at-1","duration":"permanent","bits":"0,31"}}
--! journal: {"kind":"fault","trigger":"stuck-at-0 0x9010004","action":"mmio_read","old":"0x91223345","new":"0x91223245","info":{"model":"stuck-at-0","duration":"permanent","bits":"8"}}
--! journal: {"kind":"fault","action":"mmio_write","target":"0x9030408","size":8,"old":"0x1200000034","new":"0x1a00000034","info":{"model":"stuck-at-1","bits":"3"}}
--! journal: {"kind":"fault","action":"mmio_write","target":"0x903040c","size":2,"old":"0x56","new":"0x5e"}
--! checks: 7

local check = require "fi.check"
local mmio = require "fi.mmio"

local ones = mmio.stuck_bits(0x09010004, {bits = {31, 0}, value = 1})
local zero = mmio.stuck_bits({0x09010004, size = 4}, {mask = 0x100, value = 0})
mmio.stuck_bits(0x0901000c, {size = 8, bit = 33, value = 1})                 -- of a register the read has the upper half
mmio.stuck_bits({"pl031", offset = 0xfe4}, {bit = 0, value = 1})             -- the upper half of the 64-bit read of 0xfe0
local through = mmio.stuck_bits("pl061", {offset = 0x40c, bit = 3, value = 1, writes = true})

check.at_exit(function()
    check.fired(ones.trigger, 4)
    check.eq(ones.injected, 4, "reads changed")
    check.fired(zero.trigger, 3)        -- not that of 1 byte
    check.eq(zero.injected, 3, "likewise, one of them by DMA's data")
    check.eq(through.injected, 2, "writes changed; what is read is right then")
    check.ok(ones.active and through.active, "permanent")
    check.eq(through.trigger.kind, "mmio_read", "the reads' trigger")
end)
