-- SPDX-License-Identifier: GPL-2.0-or-later
-- Four vCPUs at once arm and remove triggers on code, devices and time, defer to each other and raise interrupts: nothing
-- is lost, nothing hangs, and the guest comes to its end.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 4
--! tiers: patched
--! requires: irq timers mmio shared_thread
--! timeout: 120
--! stdout: gic v3 cores 4
--! stdout-any
--! stdout-re: ^handled [0-9]+ of 1$
--! checks: 8

local check = require "fi.check"

local CORES, ROUNDS = 4, 100
local GIC = {0x08000000, 0x08000000 + 0x1000000}

local done, sent, arrived, reads = 0, 0, 0, 0

-- One round on a vCPU: what it leaves armed, the next round on another one takes away.
local left = {}
local function round(vcpu)
    for _, trigger in ipairs(left) do
        trigger:remove()
    end
    left = {
        on_mmio_read(GIC, function() reads = reads + 1 end),
        on_mmio_write(GIC, {limit = 2}, function(ev) return ev.value end),
        on_pc("interrupt_handled", {limit = 1}, function() reads = reads + 1 end),
        after_ns(50000, {vcpu = (vcpu + 2) % CORES}, function() reads = reads + 1 end),
    }
    sent = sent + 1
    fi.defer((vcpu + 1) % CORES, function()
        assert(cpu.index == (vcpu + 1) % CORES)
        arrived = arrived + 1
        if arrived == CORES * ROUNDS then
            mem.u32.expected = 1        -- the guest may end
        end
    end)
    fi.irq.pulse{spi = 40 + vcpu}
    fi.irq.pulse{ppi = 20, vcpu = (vcpu + 3) % CORES}
end

on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = 0x7fffffff
    for vcpu = 0, CORES - 1 do
        local timer = every_ns(200000, {vcpu = vcpu, limit = ROUNDS}, function()
            round(vcpu)
            done = done + 1
        end)
        check.at_exit(function() check.fired(timer, ROUNDS) end)
    end
end)

check.at_exit(function()
    check.eq(done, CORES * ROUNDS, "rounds")
    check.eq(sent, CORES * ROUNDS, "sent")
    check.eq(arrived, sent, "arrived")
    check.ok(reads > 0, "triggers fired")
end)
