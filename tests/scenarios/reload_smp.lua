-- SPDX-License-Identifier: GPL-2.0-or-later
-- Four vCPUs that all have the scenario loaded again and again while they work. The guest's sums are not disturbed. Each
-- version has globals of its own: a handler must never see those of another one, also not while that one is loading,
-- which gives the lock up to look for the device.
--! guest: smp
--! smp: 4
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x13fb7df4
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0xa02f3124
--! stdout: core 3 sum 0xe6490abc
--! requires: mmio
--! not-journal: {"kind":"error"}
--! not-journal: {"kind":"reload","ok":false}
--! journal: {"kind":"reload","ok":true}
--! checks: 3

local check = require "fi.check"

local kept = rawget(package, "kept") or {version = 0, refused = 0}
rawset(package, "kept", kept)
kept.version = kept.version + 1

local version = kept.version
tag = version -- luacheck: ignore 111
local see = assert(load("return tag"))
local calls = fi.counter("calls")

for _ = 1, 5 do
    on_mmio_read("pl061", function() end)
end
calls:count_pc(fi.symbols.range("work"))
on_pc(fi.symbols.range("work"), {after = 100}, function()
    assert(see() == version and assert(load("return tag"))() == version, "another scenario's globals")
    local ok, err = pcall(fi.reload)
    if not ok then
        assert(err:find("under way", 1, true), err)
        kept.refused = kept.refused + 1
    end
end)
on_pc(fi.symbols.range("work"), {when = calls:ge(3), limit = 1000}, function()
    assert(assert(load("return tag"))() == version, "another scenario's globals")
end)

check.at_exit(function()
    check.eq(tag, version, "own globals at the end") -- luacheck: ignore 113
    -- How many there are before the guest is done is the host's business
    check.ok(fi.status().reloads >= 2, "reloads: " .. fi.status().reloads)
    check.ok(#fi.triggers() <= 8, "triggers: " .. #fi.triggers())
end)
