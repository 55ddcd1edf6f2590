-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The kernel runs at an address of its own choice before anything asks for its symbols: they are loaded in a handler, and
-- VBAR_EL1 says where it is.

--! guest: linux
--! machine: virt,gic-version=3,iommu=smmuv3
--! kaslr
--! requires: set_pc mmio
--! nondeterministic: the kernel's address is random
--! opt: symbols=@GUESTS@/checksum.elf:name=app
--! arg: kernel=@LINUX@/kernel
--! sh: fault_at nr_context_switches
--! sh: awk '/ctxt/ {print $2}' /proc/stat
--! stdout: test: 4242
--! checks: 6

local check = require "fi.check"

-- While devmem executes, the kernel is not mapped (KPTI, which it wants with KASLR) and VBAR_EL1 is another table's: it sets
-- that when it is entered
on_mmio_write({0x09030000, size = 4}, {limit = 1}, function(ev)
    check.eq(#fi.symbols.maps(), 1, "one map so far")
    -- Loaded twice, as by two scenarios, it is still one
    check.eq(fi.symbols.load(fi.args.kernel, {name = "linux", el = 1}), "linux", "loaded")
    fi.symbols.load(fi.args.kernel, {name = "linux", el = 1})
    local lower = ev.value
    local t = on_pc("linux:nr_context_switches", function()
        check.ok((fi.symbols.slide("linux") or 0) ~= 0, "KASLR is on")
        check.eq(lower, fi.symbol("linux:nr_context_switches") & 0xffffffff, "as /proc/kallsyms has it")
        -- At EL1 it is found at once
        fi.symbols.load(fi.args.kernel, {name = "again"})
        check.eq(fi.symbols.slide("again"), fi.symbols.slide("linux"), "in the kernel")
        cpu.x0 = 4242
        cpu.pc = cpu.x30
    end)
    check.eq(t.state, "pending", "waits")
end)
