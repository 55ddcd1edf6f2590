-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- fi.linux hears two kinds of oops: a driver's bus error, and a null pointer, where a system call finds its arguments. Both end the program that asked; the kernel goes on.

--! guest: linux
--! requires: mmio set_pc
--! sh: fault 1; cat /sys/class/rtc/rtc0/since_epoch >/tmp/epoch
--! stdout-re: ^Internal error: synchronous external abort: 0*96000210 \[#1\]
--! stdout-re: ^test: Segmentation fault
--! sh: fault_at __arm64_sys_umask
--! sh: sh -c umask
--! stdout-re: ^Unable to handle kernel NULL pointer dereference at virtual address
--! stdout-re: ^Internal error: Oops: 0*9600000[4-7] \[#2\]
--! stdout-re: ^test: Segmentation fault
--! sh: echo alive
--! stdout: test: alive
--! journal: {"kind":"note","data":{"oracle":"oops","n":"1"}}
--! journal: {"kind":"note","data":{"oracle":"kernel_fault"}}
--! journal: {"kind":"note","data":{"oracle":"oops","n":"2"}}
--! journal-count: note 3

local linux = require "fi.linux"

linux.on({"oops", "kernel_fault"}, function(ev)
    fi.note{oracle = ev.oracle, n = ev.oracle == "oops" and ev.captures[3] or nil}
end)
linux.on("panic", function() fi.note{oracle = "panic"} end)

on_mmio_write(0x09030000, function(ev)
    if ev.value == 1 then
        on_mmio_read(0x09010000, {limit = 1}, function() return fi.BUS_ERROR end)
    else
        -- The argument of a system call of arm64 is the frame of the program's registers
        on_pc(0xffff8000 << 32 | ev.value, {el = 1, limit = 1}, function()
            cpu.x0 = 0
        end)
    end
end)
