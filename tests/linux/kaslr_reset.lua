-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The machine is reset, and the kernel chooses another address. Triggers on its functions wait again, and are live when it
-- has booted: /proc/stat shows a function's replaced result in both boots, the addresses differ.

--! guest: linux
--! machine: virt,gic-version=3,iommu=smmuv3
--! qemu: -action reboot=reset
--! kaslr
--! requires: set_pc mmio reset
--! nondeterministic: the kernel's address is random
--! sh: fault_at nr_context_switches
--! sh: awk '/ctxt/ {print $2}' /proc/stat
--! sh: if [ $(($(devmem 0x09030404 32))) = 1 ]; then reboot -n -f; fi
--! stdout: test: 4241
--! stdout: test: 4242
--! checks: 7

local check = require "fi.check"
local kaslr_seed = require "shared.kaslr_seed"

check.plan(7)

local boot, slides = 1, {}

local count = on_pc("kernel:nr_context_switches", function()
    cpu.x0 = 4240 + boot
    cpu.pc = cpu.x30
end)

on_mmio_write({0x09030000, size = 4}, function(ev)
    check.eq(ev.value, fi.symbol("nr_context_switches") & 0xffffffff, "as /proc/kallsyms has it")
    slides[boot] = fi.symbols.slide("kernel")
end)

-- A register of PL061 that the script asks whether to boot again
on_mmio_read({0x09030404, size = 4}, function() return boot end)

on_reset(function()
    boot = boot + 1
    check.eq(fi.symbols.slide("kernel"), nil, "not known any more")
    check.eq(count.state, "pending", "waits again")
    check.ok(not pcall(fi.symbol, "nr_context_switches"), "no address either")
    fi.defer(0, kaslr_seed.change)
end)

check.at_exit(function()
    check.eq(#slides, 2, "boots")
    check.ok(slides[1] ~= slides[2], "another address")
end)
