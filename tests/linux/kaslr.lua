-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The kernel chooses its address when it boots, and triggers on its functions are made before that. They wait, and are live
-- when the kernel has set VBAR_EL1: start_kernel is seen. The address of a function is what the kernel itself says it is
-- (fault_at hands the lower half over), and its result, replaced, is what /proc/stat shows.

--! guest: linux
--! machine: virt,gic-version=3,iommu=smmuv3
--! kaslr
--! requires: set_pc mmio
--! nondeterministic: the kernel's address is random
--! sh: fault_at nr_context_switches
--! sh: awk '/ctxt/ {print $2}' /proc/stat
--! stdout: test: 4242
--! checks: 9

local check = require "fi.check"

check.eq(fi.symbols.slide("kernel"), nil, "no slide before the kernel runs")
check.ok(not pcall(fi.symbol, "nr_context_switches"), "no address either")

local start = on_pc("kernel:start_kernel", {limit = 1}, function(ev)
    check.eq(fi.symbols.at(ev.pc), "start_kernel", "at start_kernel")
    check.ok((fi.symbols.slide("kernel") or 0) ~= 0, "KASLR is on")
    check.eq(fi.symbol("start_kernel"), ev.pc, "its address")
end)
check.eq(start.state, "pending", "waits for the slide")

local count = on_pc("kernel:nr_context_switches", function()
    cpu.x0 = 4242
    cpu.pc = cpu.x30
end)

on_mmio_write({0x09030000, size = 4}, {limit = 1}, function(ev)
    check.eq(count.state, "active", "waits no more")
    check.eq(ev.value, fi.symbol("nr_context_switches") & 0xffffffff, "as /proc/kallsyms has it")
    check.eq(start.fired, 1, "start_kernel was seen")
end)
