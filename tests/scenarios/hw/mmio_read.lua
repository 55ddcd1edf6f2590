-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_mmio_read with a number: the guest gets it in every size, the device is not asked; other registers are as they were.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: write32 rtc_mr 0x11223344 done
--! stdout: read32 rtc_mr 0xcafef00d
--! stdout: read16 rtc_mr 0xf00d
--! stdout: read8 rtc_mr 0xd
--! stdout: write32 rtc_imsc 0x1 done
--! stdout: read32 rtc_imsc 0x1
--! stdout-any
--! stdout: dma control 0x0
--! stdout: read32 rtc_mr 0xcafef00d
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","vcpu":0,"at":"load32","action":"mmio_read","target":"0x9010004","size":4,"old":null,"new":"0xcafef00d"}
--! journal: {"kind":"fault","at":"load16","action":"mmio_read","size":2,"new":"0xf00d"}
--! journal: {"kind":"fault","at":"load8","action":"mmio_read","size":1,"new":"0xd"}
--! journal-count: fault 4
--! checks: 33

local check = require "fi.check"

local RTC_MR = 0x09010004

local function narrow(value, size)
    return value & ((1 << 8 * size) - 1)
end

local hook = on_mmio_read(RTC_MR, function(ev)
    check.eq(ev.vcpu, 0, "vcpu")
    check.eq(ev.pc, fi.symbol("load" .. 8 * ev.size), "pc")
    check.eq(ev.addr, RTC_MR, "addr")
    check.eq(ev.paddr, RTC_MR, "paddr")
    check.eq(ev.region, "pl031", "region")
    check.eq(ev.offset, 4, "offset")
    check.ok(ev.device:find("^/machine/"), "device is a QOM path")
    check.ok(not ev.dma, "not by DMA")
    return narrow(0xcafef00d, ev.size)
end)

check.at_exit(function() check.fired(hook, 4) end)
