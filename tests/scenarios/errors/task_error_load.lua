-- SPDX-License-Identifier: GPL-2.0-or-later
-- An error in a task before its first wait happens while the script is loaded: QEMU does not start.
--! guest: checksum
--! stdout-empty
--! exit: 1
--! stderr-re: ^fi_lua: .*task_error_load\.lua:10: at once
--! journal: {"kind":"error","message":"~task_error_load\\.lua:10: at once"}

task(function()
    error("at once")
end)
