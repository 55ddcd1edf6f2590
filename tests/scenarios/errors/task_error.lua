-- SPDX-License-Identifier: GPL-2.0-or-later
-- An error in a task is logged and ends that task; another task goes on.
--! guest: checksum
--! stdout: checksum 0xdc921675
--! stderr-re: ^fi_lua: .*task_error\.lua:12: in the middle
--! journal: {"kind":"error","message":"~task_error\\.lua:12: in the middle"}
--! journal-count: error 1
--! not-journal: {"kind":"log","text":"after the error"}

task(function()
    wait_pc("checksum")
    error("in the middle")
    wait_pc("checksum_done") -- luacheck: ignore
    fi.log("after the error")
end)
task(function()
    wait_pc("checksum")
    wait_pc("checksum_done")
    cpu.w2 = cpu.w2 ~ 8
end)
