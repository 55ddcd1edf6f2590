-- SPDX-License-Identifier: GPL-2.0-or-later
-- The first fi.exit wins, also over one by another trigger at the same place; handlers of on_exit still run.
--! guest: checksum
--! stdout-empty
--! exit: 5
--! journal: {"kind":"verdict","code":5,"why":"first"}
--! journal: {"kind":"log","text":"exit 5 fi.exit"}
--! journal: {"kind":"end","reason":"fi.exit","code":5}

on_pc("main", function() fi.exit(5, "first") end)
on_pc("main", function() fi.exit(6, "second") end)
on_exit(function(ev) fi.log("exit %d %s", ev.code, ev.reason) end)
