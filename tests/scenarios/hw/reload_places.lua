-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.reload() from a timer's handler, a deferred function and an access to a device. Each version of the scenario marks
-- the guest's memory once; the timer of an old one that went on would mark it with 9. The last one is loaded when the
-- guest begins to print, and changes a letter.
--! guest: vtime
--! requires: timers mmio
--! stdout-re: marKer 1 after \d+ ticKs
--! stdout-re: marKer 2 after \d+ ticKs
--! stdout-re: marKer 3 after \d+ ticKs
--! stdout: 3 changes
--! journal-count: {"kind":"reload","ok":true} 3
--! journal: {"kind":"trigger","name":"old timer","fired":0,"state":"removed"}
--! journal: {"kind":"trigger","name":"timer 1","fired":1,"state":"removed"}
--! journal: {"kind":"trigger","name":"timer 2","fired":1,"state":"removed"}
--! journal: {"kind":"trigger","name":"timer 3","fired":1,"state":"ended"}
--! journal: {"kind":"trigger","name":"output","fired":1,"state":"removed"}
--! journal: {"kind":"trigger","name":"letter","fired":6,"state":"active"}
--! checks: 4

local check = require "fi.check"

local kept = rawget(package, "kept") or {version = 0} -- the libraries' tables stay
rawset(package, "kept", kept)
kept.version = kept.version + 1

local function mark(n)
    mem.u32[fi.symbol("marker")] = n
end

local function reload()
    kept[#kept + 1] = fi.reload()
end

local versions = {
    function()
        every_ns(7000000000, {name = "old timer"}, function() mark(9) end)
        on_pc("begin_wait", function()
            mem.u32[fi.symbol("changes_expected")] = 3
            every_ns(2000000, {name = "timer 1"}, function()
                mark(1)
                reload()
            end)
        end)
    end,
    function()
        every_ns(2000000, {name = "timer 2"}, function()
            mark(2)
            fi.defer(0, reload)
            fi.defer(0, function() mark(9) end) -- goes with the scenario
        end)
    end,
    function()
        after_ns(2000000, {name = "timer 3"}, function() mark(3) end)
        on_mmio_write("pl011", {name = "output"}, reload)
        on_machine_ready(function() kept.ready = (kept.ready or 0) + 1 end)
    end,
    function()
        on_mmio_write({"pl011", offset = 0}, {value = 0x6b, name = "letter"}, function() return 0x4b end)
        check.at_exit(function()
            check.eq(kept[1], 2, "from a timer: with fi.check's on_exit")
            check.eq(kept[2], 4, "from a deferred function")
            check.eq(kept[3], 2, "from an access")
            check.eq(kept.ready, 1, "on_machine_ready of a scenario that comes late")
        end)
    end,
}

versions[kept.version]()
