-- SPDX-License-Identifier: GPL-2.0-or-later
-- An event that is kept and read when its handler has ended is an error that says so, also inside another handler.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! stderr-re: ^fi_lua: .*stale_event\.lua:15: .*the event is over
--! journal: {"kind":"error","trigger":"late","message":"~stale_event\\.lua:15: .*the event is over"}
--! journal: {"kind":"error","trigger":"write","message":"~event"}
--! journal-count: error 2

local kept
on_pc("main", {limit = 1, name = "keeps"}, function(ev)
    kept = ev
    assert(ev.hits == 1)
end)
on_pc("checksum", {name = "late"}, function() return kept.pc end)
on_pc("checksum", {name = "write"}, function(ev) ev.pc = 5 end)
