-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.status() and fi.triggers(): what is counted, and how it reads.
--! guest: dynamic
--! stdout: victim sum 1000
--! stderr-re: name +kind +state +hits +fired +errors +time +per call +owner
--! stderr-re: calls +pc +active +1000 +1000 +0 +[\d.]+ [mµn]s +[\d.]+ [µn]s +scenario
--! stderr-re: fails +pc +disabled +3 +3 +3
--! stderr-re: plugin +fi_lua [\d.]+, (patched|stock) tier, aarch64
--! stderr-re: scenario +.*status.lua, seed 1, reloaded 0 times
--! stderr-re: triggers +\d active, 1 disabled, 0 removed, 1 ended
--! journal-count: error 3
--! journal: {"kind":"error","disabled":true}
--! opt: budget=100000000
--! nondeterministic: it prints times of the host
--! checks: 20

local check = require "fi.check"

local calls = on_pc("victim", {name = "calls"}, function() end)
local slow = on_pc("victim", {name = "slow", every = 10}, function()
    for _ = 1, 10000 do end -- luacheck: ignore 542
end)
on_pc("victim", {name = "fails"}, function() error("on purpose") end)
on_pc("knock", {limit = 1}, function() cpu.x9 = 1 end)

check.eq(fi.status().hits, 0, "no hits while loading")
check.at_exit(function()
    local s = fi.status()
    check.eq(s.version, fi.version, "version")
    check.eq(s.target, fi.target, "target")
    check.eq(s.script, fi.script, "script")
    check.eq(s.seed, fi.seed, "seed")
    check.eq(#s.vcpus, 1, "vCPUs")
    check.ok(s.vcpus[1].started and s.vcpus[1].index == 0, "vCPU 0")
    check.eq(s.triggers.disabled, 1, "disabled")
    check.eq(s.triggers.ended, 1, "ended")
    check.eq(s.errors, 3, "errors")
    check.eq(s.fired, 1000 + 100 + 3 + 1 + 1, "calls, with this one's trigger")
    check.eq(s.faults, 1, "faults")
    check.ok(s.lines >= 5 and s.memory > 10000 and s.slots >= 1 and s.retranslations >= 1, "other numbers")
    check.ok(slow.time_ns > 100 * 10000, "10000 rounds take more than 10 µs: " .. slow.time_ns)
    check.ok(slow.time_ns > 10 * calls.time_ns, "the slow one is slower: " .. calls.time_ns)
    check.ok(s.time_ns >= slow.time_ns + calls.time_ns, "time in all")
    check.eq(calls.state, "active", "state")
    check.eq(calls.owner, "scenario", "owner")
    local rows = fi._trigger_rows() -- luacheck: ignore 143
    check.eq(#rows, #fi.triggers(), "rows")
    local row = rows[2] -- fi.check's on_exit is the first
    check.ok(row.name == "calls" and row.kind == "pc" and row.hits == 1000 and row.time_ns > 0 and row.missed == 0 and
        row.owner == "scenario" and row.state == "active" and row.fired == 1000 and row.errors == 0, "row")
    print(fi.triggers())
    print(s)
end)
