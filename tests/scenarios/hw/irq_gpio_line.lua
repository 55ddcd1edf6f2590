-- SPDX-License-Identifier: GPL-2.0-or-later
-- Any device's input, here a pin of the PL061: the guest reads the level in the data register.
--! guest: mmio
--! tiers: patched
--! requires: irq
--! stdout-any
--! stdout: write8 gpio_dir 0xff done
--! stdout: read8 gpio_dir 0x0
--! stdout: write32 gpio_data 0xa5 done
--! stdout: read32 gpio_data 0x20
--! stdout-any
--! stdout: aborts 2
--! requires: mmio
--! journal: {"kind":"fault","action":"irq"}

on_mmio_write("pl061", {size = 1}, function() return fi.DROP end)   -- the pins stay inputs
on_pc("begin_registers", function() fi.irq.set{device = "pl061", line = 5} end)
