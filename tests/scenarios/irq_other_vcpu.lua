-- SPDX-License-Identifier: GPL-2.0-or-later
-- With inputs, a PPI of any vCPU can be made pending from any other; the device's path is the same input by its own name.
--! guest: interrupts
--! machine: virt,gic-version=2
--! smp: 4
--! requires: irq
--! stdout: gic v2 cores 4
--! stdout: core 0: 27x1 33x1 44x1
--! stdout: core 1: 27x1
--! stdout: core 2: 21x1 22x1 27x1
--! stdout: core 3: 27x1
--! stdout: handled 8 of 8
--! journal: {"kind":"fault","vcpu":0,"action":"irq","target":"ppi 21 vcpu 2","info":{"op":"pulse"}}
--! journal: {"kind":"fault","action":"irq","target":"~^/machine/.*\\[\\d+\\]$"}
--! checks: 3

local check = require "fi.check"
local SPIS = 256 -- of the virt machine

on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = mem.u32.expected + 3
    fi.irq.pulse{ppi = 21, vcpu = 2}
    local gic
    for _, input in ipairs(fi.irq.list()) do
        gic = input.type == "arm_gic" and input or gic
    end
    check.eq(gic.lines, SPIS + 4 * 32, "its unnamed inputs")
    check.eq(gic.name, nil, "they have no name")
    check.ok(gic.device:find("^/machine/"), "a QOM path")
    fi.irq.pulse{device = gic.device, line = SPIS + 2 * 32 + 22}
    fi.irq.pulse{device = gic.type, line = 44 - 32}
end)
