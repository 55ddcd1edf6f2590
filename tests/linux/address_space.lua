-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A shell and its child execute the same instruction at the same address; a fault in the system call's result is for the
-- shell's address space only. Each umask is two calls, one that reads the mask by setting another and one that sets it back.

--! guest: linux
--! requires: set_pc
--! sh: umask
--! stdout: test: 0022
--! sh: (umask)
--! stdout: test: 0022
--! sh: umask
--! stdout: test: 0027
--! sh: (umask)
--! stdout: test: 0027
--! sh: uname -s
--! stdout: test: Linux
--! checks: 4

local check = require "fi.check"

local UMASK <const> = 166
local UNAME <const> = 160

local by_table, by_asid, all

-- The instruction behind the system call's, in the process that executes it now
local function arm(pc)
    all = on_pc(pc, {el = 0, name = "all"}, function() end)
    by_asid = on_pc(pc, {el = 0, asid = cpu.ttbr1_el1 >> 48, name = "ASID"}, function() end)
    by_table = on_pc(pc, {el = 0, ttbr = cpu.ttbr0_el1, name = "table"}, function()
        if cpu.x0 == tonumber("022", 8) then
            cpu.x0 = tonumber("027", 8)
        end
    end)
end

local shell, checked = 0, false
on_insn({mask = 0xffffffff, value = 0xd4000001}, {el = 0, name = "svc #0"}, function(ev)
    if cpu.x8 == UMASK then
        shell = shell + 1
        if shell == 2 then
            arm(ev.pc + 4)
        end
    elseif cpu.x8 == UNAME and all and not checked then
        checked = true
        check.eq(shell, 8, "calls")
        check.eq(by_table.hits, 3, "those of the shell, once it was armed")
        check.eq(by_asid.hits, 3, "likewise by ASID")
        check.eq(all.hits, 7, "of both")
    end
end)
