-- SPDX-License-Identifier: GPL-2.0-or-later
-- What test_verdict.py runs, once for each outcome: fi.args.fault says what happens to the guest.

local faults = require "fi.faults"
local mmio = require "fi.mmio"
local verdict = require "fi.verdict"

local rules = {
    golden = {fi.args.golden}, crash = {"^crash "}, detected = {"^DETECTED"}, recovered = {"^CORRECTED"},
    suite = fi.args.suite, expect = fi.args.expect,
    deadline_ns = math.tointeger(fi.args.deadline_ns), quiet_ns = math.tointeger(fi.args.quiet_ns),
}
if fi.args.output then
    rules.output = fi.args.output
end
verdict.rules(rules)

local FAULTS <const> = {
    -- A register that is overwritten before it is read
    masked = function() return faults.flip_at("checksum", {reg = "x9", bit = 3, limit = 1}) end,
    latent = function()
        verdict.activated(false, true)
        return faults.flip_at("checksum", {reg = "x28", bit = 3, limit = 1})
    end,
    not_activated = function()
        verdict.activated(false)
        return faults.flip_at("checksum", {reg = "x9", bit = 3, limit = 1})
    end,
    wrong_sum = function() return faults.flip_at("checksum", {mem = "buffer", bit = 3, limit = 1}) end,
    wild_pointer = function() return faults.set_at("checksum", {reg = "x0", value = 0x80000000, limit = 1}) end,
    one_copy = function() return faults.flip_at("compute_a", {reg = "x0", bit = 0, limit = 1}) end,
    never = function() return faults.flip_at("checksum", {reg = "x9", bit = 3, after = 1000}) end,
    broken = function() return on_pc("checksum", function() error("a <broken> scenario & so on") end) end,
    full_uart = function() return mmio.stuck_bits("pl011", {offset = 0x18, bit = 5, value = 1}) end,
    spin = function() return on_pc("spin", {limit = 1}, function() end) end,
    given = function()
        return on_pc("checksum", function() verdict.give("recovered", "the scenario <knows>\0 & \xff says \"so\"") end)
    end,
}
verdict.fault(FAULTS[fi.args.fault]())
