-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Exceptions in place of a program's system call: each costs the program its life, by the signal that belongs to it.

--! guest: linux
--! requires: mmio exception set_pc
--! sh: fault 1
--! stdout-re: ^test: Illegal instruction
--! sh: fault 2
--! stdout-re: ^test: Bus error
--! sh: echo alive
--! stdout: test: alive
--! journal: {"kind":"fault","action":"exception","target":"undefined","info":{"pending":false}}
--! journal: {"kind":"fault","action":"exception","target":"external_abort","info":{"pending":false}}
--! journal-count: {"kind":"fault","action":"exception"} 2

-- Not in the handler of the write: an interrupt may come before such an exception, which then is the kernel's
on_mmio_write(0x09030000, function(ev)
    local number = ev.value
    on_insn({mask = 0xffffffff, value = 0xd4000001}, {el = 0, limit = 1, name = "svc #0"}, function()
        if number == 1 then
            fi.exception.undefined{}
        else
            fi.exception.external_abort{far = 0x1000}
        end
    end)
end)
