-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The scenario is loaded again while the kernel runs. The new one's trigger on a module's function is live, where the module
-- was all the time, and waits when the module goes.

--! guest: linux
--! requires: set_pc mmio
--! sh: fault 1
--! sh: watchdog -F -t 500ms -T 4 /dev/watchdog >/dev/null 2>&1 & sleep 1; kill $!
--! sh: fault 2
--! sh: sleep 0.5; rmmod softdog; fault 3
--! sh: echo end
--! stdout: test: end
--! journal: {"kind":"reload","ok":true}
--! journal: {"kind":"note","data":{"at":2,"ping":"active","hits":true,"known":true}}
--! journal: {"kind":"note","data":{"at":3,"ping":"pending","known":false}}
--! journal-count: note 2

local linux = require "fi.linux"

local watch = linux.modules{"softdog"}
local ping = on_pc("softdog:softdog_ping", {el = 1}, function() end)
on_mmio_write({0x09030000, size = 4}, function(ev)
    if ev.value == 1 then
        fi.reload()
    else
        fi.note{at = ev.value, ping = ping.state, hits = ping.hits > 0, known = watch.loaded.softdog ~= nil}
    end
end)
