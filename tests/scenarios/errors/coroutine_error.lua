-- SPDX-License-Identifier: GPL-2.0-or-later
-- An error in a scenario's own coroutine, through coroutine.wrap; the other trigger at the place still works.
--! guest: checksum
--! stdout: checksum 0xdc921675
--! stderr-re: ^fi_lua: .*coroutine_error\.lua:11: inside
--! journal: {"kind":"error","message":"~coroutine_error\\.lua:11: inside","disabled":false}
--! journal-count: error 1
--! journal: {"kind":"fault","new":"0xdc921675"}

local failing = coroutine.wrap(function()
    error("inside")
end)

on_pc("checksum_done", function() failing() end)
on_pc("checksum_done", function() cpu.w2 = cpu.w2 ~ 8 end)
