-- SPDX-License-Identifier: GPL-2.0-or-later
-- A bit that sticks now and then: the guest sees it come each time that it sticks, and what is stored in between stays.
-- (Without icount handlers come late, and the guest may miss a phase.)
--! guest: vtime
--! modes: icount
--! requires: timers
--! stdout-re: marker 1 after \d+ ticks
--! stdout-re: marker 0 after \d+ ticks
--! stdout-re: marker 1 after \d+ ticks
--! stdout-re: marker 0 after \d+ ticks
--! stdout-re: marker 1 after \d+ ticks
--! stdout: 5 changes
--! journal: {"kind":"fault","trigger":"stuck_cell: again","action":"write_memory","old":"0x0","new":"0x1","info":{"model":"stuck-at-1","duration":"transient","bits":"0"}}
--! checks: 6

local check = require "fi.check"
local stuck_cell = require "fi.scenarios.stuck_cell"

local MS <const> = 1000000

local function armed()
    for _, trigger in ipairs(fi.triggers()) do
        if trigger.name == "stuck_cell" and trigger.kind == "write" then
            return true
        end
    end
    return false
end

local fault = stuck_cell.arm{
    target = "marker", bits = {0}, code = "begin_wait", stuck_ns = 20 * MS, free_ns = 20 * MS,
    duration = {ns = 95 * MS},
}
on_pc("begin_wait", {limit = 1}, function()
    mem.u32.changes_expected = 5
    task(function()
        wait_ns(30 * MS)                    -- it has let go
        check.ok(not armed(), "the cell is free")
        mem.u32.marker = 0
        wait_ns(20 * MS)                    -- and sticks again
        check.ok(armed(), "the cell is stuck")
        wait_ns(20 * MS)
        check.ok(not armed(), "the cell is free again")
        mem.u32.marker = 0
    end)
end)
check.at_exit(function()
    check.eq(fault.injected, 3, "once in each phase")
    check.eq(fault.errors, 0, "errors")
    check.eq(fault.last, "bit 0 of marker stuck at 1", "what")
end)
