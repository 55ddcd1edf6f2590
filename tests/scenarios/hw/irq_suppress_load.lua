-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.suppress and restore at load are remembered, and done in order when the devices are there.
--! guest: interrupts
--! tiers: patched
--! requires: irq vcpu_work
--! stdout: gic v2 cores 1
--! stdout: core 0: 27x1 40x1
--! stdout: handled 2 of 2
--! journal: {"kind":"fault","vcpu":null,"pc":null,"trigger":null,"action":"irq","target":"spi 33","info":{"op":"suppress"}}
--! journal: {"kind":"fault","vcpu":null,"action":"irq","target":"spi 40","info":{"op":"suppress"}}
--! journal: {"kind":"fault","vcpu":null,"action":"irq","target":"spi 40","info":{"op":"restore"}}
--! journal: {"kind":"fault","vcpu":0,"action":"irq","target":"spi 40","info":{"op":"pulse"}}

fi.irq.suppress{spi = 33}
fi.irq.suppress{spi = 40}
fi.irq.restore{spi = 40}

on_pc("before_wait", {limit = 1}, function() fi.irq.pulse{spi = 40} end)
