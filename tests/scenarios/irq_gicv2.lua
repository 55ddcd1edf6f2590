-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.irq.pulse of each kind of interrupt, on a GICv2 with 4 vCPUs: the guest counts what came on which core.
--! guest: interrupts
--! machine: virt,gic-version=2
--! smp: 4
--! stdout: gic v2 cores 4
--! stdout: core 0: 20x1 27x1 33x1 40x1
--! stdout: core 1: 27x1
--! stdout: core 2: 27x1
--! stdout: core 3: 3x1 27x1 67x1
--! stdout: handled 9 of 9
--! journal: {"kind":"fault","vcpu":0,"at":"before_wait","action":"irq","target":"spi 40","info":{"op":"pulse"}}
--! journal: {"kind":"fault","action":"irq","target":"spi 67"}
--! journal: {"kind":"fault","action":"irq","target":"ppi 20 vcpu 0","info":{"op":"pulse"}}
--! journal: {"kind":"fault","action":"irq","target":"~^sgi 3 vcpu [03]$","info":{"op":"pulse","via":"register"}}

on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = mem.u32.expected + 4
    fi.irq.pulse{spi = 40}
    fi.irq.pulse{spi = 67}
    fi.irq.pulse{ppi = 20}
    fi.irq.pulse{sgi = 3, vcpu = fi.vcpus - 1}
end)
