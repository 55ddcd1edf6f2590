-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Exceptions while programs run: each costs one program its life, by the signal that belongs to it.

--! guest: linux
--! requires: mmio exception
--! sh: fault 1
--! stdout-re: ^test: Illegal instruction
--! sh: fault 2
--! stdout-re: ^test: Bus error
--! sh: echo alive
--! stdout: test: alive
--! journal-count: {"kind":"fault","action":"exception"} 2

on_mmio_write(0x09030000, function(ev)
    if ev.value == 1 then
        fi.exception.undefined{}
    else
        fi.exception.external_abort{far = 0x1000}
    end
end)
