-- SPDX-License-Identifier: GPL-2.0-or-later
-- Triggers that are over cannot be enabled again; unknown fields of triggers and events are errors.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"error","trigger":"enable removed","message":"~removed"}
--! journal: {"kind":"error","trigger":"enable ended","message":"~ended_trigger\\.lua:17:"}
--! journal: {"kind":"error","trigger":"trigger field","message":"~no 'colour'"}
--! journal: {"kind":"error","trigger":"event field","message":"~no field 'colour'"}
--! journal: {"kind":"error","trigger":"assign","message":"~hits"}
--! journal-count: error 5

local removed = on_pc("main", function() end)
local ended = on_pc("main", {limit = 1}, function() end)
removed:remove()

on_pc("checksum", {name = "enable removed"}, function() removed:enable() end)
on_pc("checksum", {name = "enable ended"}, function() ended:enable() end)
on_pc("checksum", {name = "trigger field"}, function() return ended.colour end)
on_pc("checksum", {name = "event field"}, function(ev) return ev.colour end)
on_pc("checksum", {name = "assign"}, function() ended.hits = 0 end)
