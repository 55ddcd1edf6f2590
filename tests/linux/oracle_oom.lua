-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A program gives memory back again and again, and none of that arrives: the kernel runs out of memory and ends it. Without
-- the fault the same program has room enough.

--! guest: linux
--! qemu: -m 256
--! requires: mmio set_pc
--! timeout: 120
--! sh: churn() { awk 'BEGIN { for (i = 0; i < 8; i++) { s = sprintf("%40000000s", "x"); s = "" }; print "done" }'; }
--! sh: churn
--! stdout: test: done
--! sh: fault 1
--! sh: churn; echo $?
--! stdout-re: ^Out of memory: Killed process \d+ \(awk\)
--! stdout: test: Killed
--! stdout: test: 137
--! journal: {"kind":"note","data":{"heard":"oom","name":"awk"}}
--! journal-count: note 1

local linux = require "fi.linux"

linux.on("oom", function(ev)
    fi.note{heard = ev.oracle, name = ev.captures[2]}
end)
on_mmio_write({0x09030000, size = 4}, {limit = 1}, function()
    on_pc("kernel:__arm64_sys_munmap", {el = 1}, function()
        cpu.x0 = 0
        cpu.pc = cpu.x30
    end)
end)
