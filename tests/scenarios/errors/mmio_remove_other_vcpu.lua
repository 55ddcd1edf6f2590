-- SPDX-License-Identifier: GPL-2.0-or-later
-- Hooks that come and go on one vCPU while the others are in the middle of such accesses: no run may end otherwise than well.
--! guest: interrupts
--! smp: 4
--! tiers: patched
--! requires: mmio
--! stdout: gic v2 cores 4
--! stdout: core 0: 27x1 33x1
--! stdout: core 1: 27x1
--! stdout: core 2: 27x1
--! stdout: core 3: 27x1
--! stdout: handled 5 of 6
--! journal-count: {"kind":"fault","action":"~^mmio"} 0
--! checks: 1

local check = require "fi.check"

local seen, made = 0, 0
local hook
local function renew()
    if hook then
        hook:remove()
    end
    made = made + 1
    hook = on_mmio_read(0x0801000c, {name = "renewed"}, function() seen = seen + 1 end)
end

renew()
on_pc("before_wait", function() mem.u32.expected = mem.u32.expected + 1 end)
on_pc("handle_irq", {vcpu = 0, limit = 200}, renew)
check.at_exit(function() check.ok(seen > 100 and made > 100, "hooks ran and were renewed") end)
