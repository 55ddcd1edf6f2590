-- SPDX-License-Identifier: GPL-2.0-or-later
-- A bus error of a DMA write: fw_cfg reports it in the command's control word, no vCPU takes an abort.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: write64 fw_cfg_dma 0x3020414000000000 done
--! stdout: dma control 0x1
--! stdout: read32 rtc_mr 0x11223344
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","vcpu":null,"action":"mmio_fail","target":"0x9010004"}
--! journal-count: fault 1

on_mmio_write(0x09010004, function(ev)
    if ev.dma then
        return fi.BUS_ERROR
    end
end)
