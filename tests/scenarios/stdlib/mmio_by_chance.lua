-- SPDX-License-Identifier: GPL-2.0-or-later
-- Reads that go wrong by chance: half of the guest's 1000 polls, at most 300 of which are to fail so; the seed says
-- which. Every value that is read is set against the sequence that the seed gives.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: polls 1000
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","action":"mmio_read","new":"0x1","info":{"model":"intermittent-read","duration":"intermittent"}} 300
--! checks: 4

local check = require "fi.check"
local mmio = require "fi.mmio"

mmio.override(0x0900003c, 0)
local fault = mmio.intermittent_read(0x0900003c, {probability = 0.5, limit = 300, value = 1})
local reads, wrong, first = 0, 0, nil
on_mmio_read(0x0900003c, function(ev)
    reads = reads + 1
    wrong = wrong + ev.value
    if wrong == 300 and not first then
        first = reads
    end
end)

check.at_exit(function()
    check.eq(wrong, 300, "wrong")
    check.ok(not fault.active and fault.injected == 300, "over")
    -- 300 of p = 0.5 take 600 tries, with a standard deviation of 25
    check.ok(first > 475 and first < 725, "chance: " .. first)
    check.eq(fault.trigger.fired, first, "then the trigger is removed")
end)
