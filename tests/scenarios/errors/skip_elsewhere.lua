-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.SKIP and fi.RETRY from handlers that do not stand before an instruction, and results that mean nothing.
--! guest: exception
--! requires: discontinuity
--! stdout: svc 8 abort 1 undef 1 last esr 0x96000005 far 0x80000000
--! journal: {"kind":"error","trigger":"exception","message":"~SKIP"}
--! journal: {"kind":"error","trigger":"number","message":"~skip_elsewhere\\.lua:23: .*fi\\.SKIP"}
--! journal: {"kind":"error","trigger":"string"}
--! journal: {"kind":"error","trigger":"read","message":"~SKIP"}
--! journal: {"kind":"error","trigger":"write","message":"~RETRY"}
--! journal-count: error 5
--! journal-count: fault 0

local once = function(name)
    return {name = name, limit = 1}
end

on_read("svc_count", once "read", function() return fi.SKIP end)
on_write("svc_count", once "write", function() return fi.RETRY end)
on_exception("svc", once "exception", function() return fi.SKIP end)
-- A result is the handler's own error, told with its place.

on_pc("handle_sync", once "number", function() return 5 end)
on_pc("handle_sync", once "string", function() return "skip" end)
