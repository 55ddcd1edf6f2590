-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A function of a module by its name, given before the module is loaded, in a kernel that chooses its own address. The first
-- probe of the disk's driver fails, and there is no disk; the module is loaded again, and the disk is there; the third
-- time it is not. A function that the kernel throws away when the module has started is no symbol any more.

--! guest: linux
--! machine: virt,gic-version=3,iommu=smmuv3
--! kaslr
--! disk
--! requires: set_pc mmio
--! nondeterministic: the kernel's address is random
--! stdout-re: ^virtio_blk.*: probe .*failed with error -12$
--! sh: ls /dev/vda
--! stdout: test: ls: /dev/vda: No such file or directory
--! sh: again() { rmmod virtio_blk; fault $1; insmod /modules/*-virtio_blk.ko; }
--! sh: again 1
--! sh: mark $(cat /sys/block/vda/size)
--! stdout-re: ^virtio_blk virtio0: \[vda\] 8192 512-byte logical blocks
--! stdout: test: 8192
--! sh: fault_at virtblk_probe
--! sh: again 2
--! stdout-re: ^virtio_blk.*: probe .*failed with error -12$
--! sh: ls /dev/vda
--! stdout: test: ls: /dev/vda: No such file or directory
--! journal: {"kind":"fault","action":"set_pc","at":"virtio_blk:virtblk_probe","trigger":"on_pc virtio_blk:virtblk_probe","hit":1}
--! journal: {"kind":"fault","action":"set_pc","at":"virtio_blk:virtblk_probe","trigger":"on_pc virtio_blk:virtblk_probe","hit":3}
--! journal-count: {"kind":"fault","action":"set_pc"} 2
--! checks: 19

local check = require "fi.check"
local linux = require "fi.linux"

local events = {}
local watch = linux.modules{"virtio_blk", "softdog", fn = function(ev)
    if ev.module == "virtio_blk" then
        events[#events + 1] = ev.event
        check.ok(ev.symbols > 30, "it has functions and data")
    end
end}
check.eq(next(watch.loaded), nil, "none yet")

local probe = on_pc("virtio_blk:virtblk_probe", {el = 1}, function(ev)
    if ev.hits ~= 2 then
        cpu.x0 = -12 -- ENOMEM
        cpu.pc = cpu.x30
    end
end)
check.eq(probe.state, "pending", "waits for the module, and the kernel's address")
local start = on_pc("softdog:init_module", {limit = 1}, function(ev)
    check.eq(fi.symbols.at(ev.pc + 4), "softdog:init_module+0x4", "what the kernel throws away")
end)

on_mmio_write({0x09030000, size = 4}, function(ev)
    if ev.value == 1 then
        check.eq(start.fired, 1, "the start of softdog")
        check.ok(not pcall(fi.symbol, "softdog:init_module"), "it has been thrown away")
        check.ok(pcall(fi.symbol, "softdog:softdog_ping"), "what is not, is not")
        check.eq(fi.symbols.maps()[1].name, "kernel", "the kernel's map")
    end
    if ev.value <= 2 then
        check.eq(probe.state, "pending", "waits again")
        check.eq(watch.loaded.virtio_blk, nil, "it is gone")
    else
        check.eq(fi.symbol("virtio_blk:virtblk_probe") & 0xffffffff, ev.value, "as /proc/kallsyms has it")
    end
end)
check.at_exit(function()
    check.eq(probe.hits, 3, "each probe")
    check.eq(table.concat(events, ", "), "load, unload, load, unload, load", "as it came and went")
end)
