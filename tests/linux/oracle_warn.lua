-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Two flips in the kernel's record of a module. One in its count of users: the kernel warns, and goes on. One in a pointer of
-- its list: the kernel sees that when it is unlinked, and gives that program up by a BUG. fi.linux hears the warning, the BUG
-- and the oops that comes of it.

--! guest: linux
--! requires: mmio set_pc
--! sh: fault 1; echo V >/dev/watchdog
--! stdout-re: ^WARNING: CPU: 0 PID: \d+ at .*module_put
--! sh: mark warned
--! stdout: test: warned
--! sh: fault 2; rmmod softdog
--! stdout-re: ^kernel BUG at lib/list_debug\.c:\d+!$
--! stdout-re: ^Internal error: Oops - BUG: 0*f2000800 \[#1\]
--! stdout-re: ^test: Segmentation fault
--! sh: echo alive
--! stdout: test: alive
--! journal: {"kind":"note","data":{"heard":"warn","where":"~module_put"}}
--! journal: {"kind":"note","data":{"heard":"bug","where":"~^lib/list_debug"}}
--! journal: {"kind":"note","data":{"heard":"oops","where":"Oops - BUG"}}
--! journal-count: {"kind":"note","data":{"heard":"bug"}} 1
--! journal-count: {"kind":"note","data":{"heard":"oops"}} 1

local btf = require "fi.btf"
local linux = require "fi.linux"

linux.on("any", function(ev)
    fi.note{heard = ev.oracle, where = ev.captures[ev.oracle == "warn" and 3 or 1]}
end)

-- No user is left to go when the count is 0. It is right again when the kernel has said so.
local function corrupt_count()
    local put
    put = on_pc("kernel:module_put", function()
        local types, module = btf.kernel(), cpu.x0
        if module ~= 0 and mem:read(module + types:offset("module", "name"), 8) == "softdog\0" then
            local count = module + types:offset("module", "refcnt")
            local users = mem.u32[count]
            mem.u32[count] = 0
            put:remove()
            linux.on("warn", {limit = 1, name = "mend"}, function()
                mem.u32[count] = users - 1
            end)
        end
    end)
end

local function corrupt_list()
    on_pc("kernel:free_module", {limit = 1}, function()
        local list = cpu.x0 + btf.kernel():offset("module", "list")
        mem.u64[list + 8] = mem.u64[list + 8] ~ 1 << 4
    end)
end

on_mmio_write({0x09030000, size = 4}, function(ev)
    if ev.value == 1 then
        corrupt_count()
    else
        corrupt_list()
    end
end)
