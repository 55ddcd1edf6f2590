-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The modules, and what the kernel has said so far, of a kernel that runs already: Debian 12's has no symbols of the lists'
-- heads, so they are found in the code that uses them. With KPTI a process cannot see the kernel: the modules are found when
-- the scheduler runs.

--! guest: linux
--! kaslr
--! requires: set_pc mmio
--! append: loglevel=1
--! nondeterministic: the kernel's address is random
--! machine: virt,gic-version=3,iommu=smmuv3
--! sh: fault_at softdog_ping
--! sh: umask >/tmp/umask
--! sh: watchdog -F -t 500ms -T 4 /dev/watchdog >/dev/null 2>&1 & sleep 1; kill $!
--! sh: sleep 0.5; rmmod softdog; fault 1
--! not-stdout: test:
--! checks: 15

local check = require "fi.check"
local linux = require "fi.linux"

local early, watch, ping, wanted
on_mmio_write({0x09030000, size = 4}, function(ev)
    if ev.value ~= 1 then
        wanted = ev.value
        early = linux.modules()
        check.eq(next(early.loaded), nil, "not yet")
        local ok, message = pcall(function() local _ = linux.dmesg() end)
        check.ok(not ok and tostring(message):find("modules_running.lua:%d+: no BTF"), tostring(message))
    else
        check.eq(ping.state, "pending", "gone")
    end
end)

on_pc("kernel:__arm64_sys_umask", {el = 1, limit = 1}, function()
    watch = linux.modules()
    ping = on_pc("softdog:softdog_ping", {el = 1}, function() end)
    check.eq(fi.symbol("softdog:softdog_ping") & 0xffffffff, wanted, "as /proc/kallsyms has it")
    for _, name in ipairs{"virtio_blk", "qemu_fw_cfg", "softdog"} do
        check.ok(watch.loaded[name], name)
        check.ok(early.loaded[name], name .. ", by the scheduler")
    end
    check.ok(not pcall(fi.symbol, "softdog:init_module"), "what was for the start only is not there any more")

    local log = linux.dmesg()
    check.ok(log[1].text:find("^Booting Linux on physical CPU"), "the first line: " .. log[1].text)
    check.ok(tostring(log):find("\n%[ +%d+%.%d+%] softdog: initialized%."), "one of a module")
    check.eq(log[#log].seq, log[1].seq + #log - 1, "none is missing")
end)
check.at_exit(function()
    check.ok(ping.hits > 1, "the watchdog was fed")
end)
