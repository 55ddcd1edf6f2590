-- SPDX-License-Identifier: GPL-2.0-or-later
-- The option name, the names made by default, and what the journal says of triggers that never fired.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"trigger","name":"mine","type":"pc","hits":256,"fired":0,"errors":0,"state":"active"}
--! journal: {"kind":"not_fired","name":"mine","hits":256}
--! journal: {"kind":"trigger","name":"~^on_pc .*checksum_done|^on_pc checksum","hits":1,"fired":1}
--! journal: {"kind":"trigger","name":"~^on_write .*result","type":"write","hits":0,"fired":0}
--! journal: {"kind":"not_fired","name":"~^on_write .*result","hits":0}
--! journal-count: trigger 3
--! journal-count: not_fired 2

on_pc("checksum_add", {name = "mine", after = 1000}, function() end)
on_pc("checksum_done", function(ev)
    assert(ev.trigger.name == "on_pc checksum_done" or ev.trigger.name == "on_pc checksum+0x18", ev.trigger.name)
end)
on_write("result", {size = 1}, function() end)
