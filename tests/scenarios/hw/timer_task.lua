-- SPDX-License-Identifier: GPL-2.0-or-later
-- wait_ns: a chain of waits as straight code.
--! guest: vtime
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 1 after [0-9]+ ticks$
--! stdout-re: ^marker 2 after [0-9]+ ticks$
--! stdout: 2 changes
--! checks: 2

local check = require "fi.check"

task(function()
    wait_pc("begin_wait")
    mem.u32.changes_expected = 2
    for count = 1, 2 do
        local start = fi.now_ns()
        wait_ns(2000000)
        check.ok(fi.now_ns() >= start + 2000000, "not early")
        mem.u32.marker = count
        wait_read("marker")     -- the guest has seen it, however busy the host is
    end
end)
