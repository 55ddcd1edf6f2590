-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_mmio_write: a number is written instead, fi.DROP keeps the write from the device (the guest does not notice), nil lets
-- it pass. A 64-bit write is one event.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: write32 rtc_mr 0x11223344 done
--! stdout: read32 rtc_mr 0x55667788
--! stdout-any
--! stdout: write32 rtc_imsc 0x1 done
--! stdout: read32 rtc_imsc 0x1
--! stdout-any
--! stdout: write8 gpio_dir 0xff done
--! stdout: read8 gpio_dir 0x0
--! stdout: write32 gpio_data 0xa5 done
--! stdout: read32 gpio_data 0x0
--! stdout: write64 gpio_ibe 0x1200000034 done
--! stdout: read32 gpio_ibe 0x78
--! stdout: read32 gpio_iev 0x9a
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","at":"store32","action":"mmio_write","target":"0x9010004","size":4,"old":"0x11223344","new":"0x55667788"}
--! journal: {"kind":"fault","at":"store8","action":"mmio_drop","target":"0x9030400","size":1,"old":"0xff"}
--! journal: {"kind":"fault","at":"store64","action":"mmio_write","target":"0x9030408","size":8,"old":"0x1200000034","new":"0x9a00000078"}
--! journal-count: fault 3
--! checks: 7

local check = require "fi.check"

on_mmio_write(0x09010004, {limit = 1}, function(ev)
    check.eq(ev.value, 0x11223344, "the guest's value")
    check.ok(ev.vcpu == 0 and not ev.dma, "by the vCPU")
    check.eq(ev.pc, fi.symbol("store32"), "pc")
    return 0x55667788
end)
on_mmio_write(0x09010010, function(ev) check.eq(ev.value, 1, "IMSC, which passes") end)
on_mmio_write(0x09030400, function(ev)
    check.eq(ev.size, 1, "size")
    return fi.DROP
end)
on_mmio_write(0x09030408, function(ev)
    check.eq(ev.size, 8, "size")
    check.eq(ev.region, "pl061", "region")
    return 0x9a00000078
end)
