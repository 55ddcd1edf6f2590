-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_error=exit: the first error in a handler ends QEMU with status 1.
--! guest: checksum
--! opt: on_error=exit
--! stdout-empty
--! exit: 1
--! stderr-re: ^fi_lua: .*handler_error_exit\.lua:12: no more
--! journal: {"kind":"error","message":"~handler_error_exit\\.lua:12: no more"}
--! journal: {"kind":"verdict","code":1}
--! journal: {"kind":"end","reason":"fi.exit","code":1}
on_pc("main", function()
    error("no more")
end)
--! journal-count: error 1
