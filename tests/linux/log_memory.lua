-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A kernel that says nothing on its console: its oops is heard all the same, in its memory, and not on the console. So is
-- what a program gives it, with the level.

--! guest: linux
--! append: loglevel=0
--! requires: mmio set_pc
--! sh: fault 1; cat /sys/class/rtc/rtc0/since_epoch >/tmp/epoch
--! sh: printf '<4>one\ntwo' >/dev/kmsg; echo '<6>three' >/dev/kmsg
--! sh: fault 2
--! stdout-empty
--! journal: {"kind":"note","data":{"said":"Linux version","level":5}}
--! journal: {"kind":"note","data":{"oracle":"oops","captures":"~^synchronous external abort [0f]*96000210 1$","level":0}}
--! journal: {"kind":"note","data":{"whole":"~^Modules linked in: softdog .*virtio"}}
--! journal: {"kind":"note","data":{"line":"one","level":4}}
--! journal: {"kind":"note","data":{"line":"two","level":4}}
--! journal-count: {"kind":"note","data":{"line":"three"}} 0
--! journal: {"kind":"trigger","name":"linux oops","type":"console","hits":1,"fired":1}
--! journal: {"kind":"trigger","name":"heard on the console","hits":0}
--! checks: 3

local check = require "fi.check"
local linux = require "fi.linux"

linux.on_log("^Linux version", {limit = 1}, function(ev)
    fi.note{said = ev.record.text:sub(1, 13), level = ev.record.level}
end)
linux.on("oops", {log = "memory"}, function(ev)
    fi.note{oracle = ev.oracle, captures = table.concat(ev.captures, " "), level = ev.record.level}
end)
linux.on("any", {name = "heard on the console"}, function() end)
linux.on_log(function(line) return line == "one" or line == "two" or line == "three" end, {level = 4}, function(ev)
    fi.note{line = ev.line, level = ev.record.level}
end)
-- The kernel prints this one in pieces
linux.on_log("^Modules linked in:", {limit = 1}, function(ev)
    fi.note{whole = ev.line}
end)
local watch = linux.watch{log = "memory"}

on_mmio_write({0x09030000, size = 4}, function(ev)
    if ev.value == 1 then
        on_mmio_read(0x09010000, {limit = 1}, function() return fi.BUS_ERROR end)
    else
        check.eq(watch.counts.oops, 1, "counted")
        check.eq(watch.first.oracle, "oops", "the first one")
        check.eq(watch.counts.panic, nil, "no other")
    end
end)
