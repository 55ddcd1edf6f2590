-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A function of a module fails before and after a reset, after which the kernel and its modules are somewhere else.

--! guest: linux
--! machine: virt,gic-version=3,iommu=smmuv3
--! qemu: -action reboot=reset
--! kaslr
--! requires: set_pc mmio reset
--! nondeterministic: the kernel's address is random
--! sh: sh -c 'echo >/dev/watchdog'
--! sh: fault 1
--! sh: if [ $(($(devmem 0x09030404 32))) = 1 ]; then reboot -n -f; fi
--! stdout: test: sh: can't create /dev/watchdog: Input/output error
--! stdout: test: sh: can't create /dev/watchdog: Input/output error
--! journal-count: {"kind":"fault","at":"softdog:softdog_ping","action":"set_pc"} 2
--! checks: 5

local check = require "fi.check"
local kaslr_seed = require "shared.kaslr_seed"
local linux = require "fi.linux"

check.plan(5)

local boot, places = 1, {}

linux.modules{"softdog"}

-- The driver's start function
local ping = on_pc("softdog:softdog_ping", {el = 1}, function(ev)
    places[boot] = ev.pc
    cpu.x0 = -5
    cpu.pc = cpu.x30
end)

on_mmio_write({0x09030000, size = 4}, function()
    check.eq(ping.fired, boot, "fired in each boot")
end)
on_mmio_read({0x09030404, size = 4}, function() return boot end)

on_reset(function()
    boot = boot + 1
    fi.defer(0, kaslr_seed.change)
end)

on_pc("kernel:start_kernel", {after = 1}, function()
    check.eq(ping.state, "pending", "before the module is there again")
end)

check.at_exit(function()
    check.eq(#places, 2, "boots")
    check.ok(places[1] ~= places[2], "another address")
end)
