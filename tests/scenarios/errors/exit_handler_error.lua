-- SPDX-License-Identifier: GPL-2.0-or-later
-- An error in an on_exit handler does not keep the next one from running, nor the journal from its end.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","message":"~exit_handler_error\\.lua:10: too late"}
--! journal: {"kind":"log","text":"the second"}
--! journal: {"kind":"end","reason":"qemu"}
--! journal-count: error 1
on_exit(function()
    error("too late")
end)
on_exit(function() fi.log("the second") end)
