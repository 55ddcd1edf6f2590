-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A bit flips in the number of a system call: umask becomes getuid, whose 0 the shell takes for its mask and sets in
-- good faith. Under icount all of Linux repeats this to the nanosecond. (Without the capability discontinuity the time of
-- the power-off is not known.)

--! guest: linux
--! requires: discontinuity
--! sh: umask
--! stdout: test: 0022
--! sh: umask
--! stdout: test: 0000
--! sh: umask
--! stdout: test: 0000
--! journal: {"kind":"fault","action":"write_register","target":"x8","old":"0xa6","new":"0xae"}
--! journal-count: fault 1

local UMASK <const> = 166
local calls = 0

on_insn({mask = 0xffffffff, value = 0xd4000001}, {el = 0, name = "svc #0"}, function()
    if cpu.x8 == UMASK then
        calls = calls + 1
        -- The shell reads its mask by setting 0 and then what it got
        if calls == 3 then
            cpu.x8 = cpu.x8 ~ (1 << 3)
        end
    end
end)
