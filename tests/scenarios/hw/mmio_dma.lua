-- SPDX-License-Identifier: GPL-2.0-or-later
-- A write by a device is told from one by a vCPU: only the DMA of fw_cfg is dropped.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout-any
--! stdout: dma control 0x0
--! stdout: read32 rtc_mr 0x11223344
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","vcpu":null,"pc":null,"action":"mmio_drop","target":"0x9010004","size":4,"old":"0x554d4551"}
--! journal-count: fault 1
--! checks: 5

local check = require "fi.check"

local hook = on_mmio_write(0x09010004, function(ev)
    if ev.dma then
        check.eq(ev.vcpu, nil, "vcpu")
        check.eq(ev.pc, nil, "pc")
        check.eq(ev.value, 0x554d4551, "the data")
        return fi.DROP
    end
    check.eq(ev.pc, fi.symbol("store32"), "pc of the vCPU's write")
end)

check.at_exit(function() check.fired(hook, 2) end)
