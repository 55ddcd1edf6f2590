-- SPDX-License-Identifier: GPL-2.0-or-later
-- Timers with times that cannot be: each is an error that names the time; a time of the past is one, too.
--! guest: vtime
--! tiers: patched
--! requires: timers
--! stdout: 0 changes
--! journal-count: {"kind":"log","text":"~^rejected: "} 9
--! journal-count: fault 1

local function rejected(words, fn, ...)
    local ok, message = pcall(fn, ...)
    assert(not ok, words[1] .. ": accepted")
    for _, word in ipairs(words) do
        assert(tostring(message):find(word, 1, true), string.format("%q does not say %q", tostring(message), word))
    end
    fi.log("rejected: %s", message)
end

local function nothing() end

on_pc("begin_wait", function()
    mem.u32.changes_expected = 0
    rejected({"after_ns", "negative"}, after_ns, -1, nothing)
    rejected({"after_ns", "integer"}, after_ns, 1.5, nothing)
    rejected({"past"}, at_ns, 1, nothing)
    rejected({"every_ns", "at least 1 ns"}, every_ns, 0, nothing)
    rejected({"every_ns", "at least 1 ns"}, every_ns, -5, nothing)
    rejected({"limit"}, after_ns, 10, {limit = 2}, nothing)
    rejected({"vcpu", "7"}, after_ns, 10, {vcpu = 7}, nothing)
    rejected({"function"}, after_ns, 10, {}, 3)
    rejected({"nme"}, after_ns, 10, {nme = "x"}, nothing)
end)
