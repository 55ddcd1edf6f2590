-- SPDX-License-Identifier: GPL-2.0-or-later
-- What turns out to be wrong only when the devices are there ends QEMU, with the line that asked for it.
--! guest: interrupts
--! tiers: patched
--! requires: irq vcpu_work
--! exit: 1
--! stdout-empty
--! stderr-re: ^fi_lua: .*errors/irq_suppress_load.lua:11: fi.irq.suppress: spi = 300: this machine's interrupt controller has 32 to 287$
--! journal-count: fault 0

fi.irq.suppress{spi = 300}
