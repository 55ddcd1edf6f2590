-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Four programs on two cores log at the same time: each message is heard once, whole.

--! guest: linux
--! smp: 2
--! append: loglevel=0
--! requires: mmio
--! sh: say() { i=0; while [ $i -lt 25 ]; do i=$((i + 1)); echo "<4>hello $1 $i" >/dev/kmsg; done; }
--! sh: for j in 1 2 3 4; do say $j & done; wait
--! stdout-empty
--! checks: 101

local check = require "fi.check"
local linux = require "fi.linux"

local heard, total = {}, 0
linux.on_log("^hello (%d+) (%d+)$", function(ev)
    local key = ev.captures[1] .. " " .. ev.captures[2]
    heard[key] = (heard[key] or 0) + 1
    total = total + 1
end)
check.at_exit(function()
    check.eq(total, 100, "all")
    for program = 1, 4 do
        for i = 1, 25 do
            check.eq(heard[program .. " " .. i], 1, "one of them")
        end
    end
end)
