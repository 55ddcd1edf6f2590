-- SPDX-License-Identifier: MIT
-- fi.options by itself: whose line is blamed, whose place is dropped, and what a wrong table is told.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! journal-count: fault 0
--! checks: 17

local check = require "fi.check"
local options = require "fi.options"

local function message_of(fn, ...)
    return select(2, pcall(fn, ...))
end

local function line_of(fn, ...)
    return tonumber(message_of(fn, ...):match("^[^:]*options%.test%.lua:(%d+): "))
end

local function arming(name, ...)
    options[name](2, ...)
end

local function blaming()
    arming("blame", fi.symbol, "nosuch")
end
local here = line_of(function() error("here") end)
check.eq(line_of(function() arming("fail", "%d bits", 3) end), here + 1, "fail")
check.eq(line_of(function() arming("check", "f", {}, {}) arming("check", "f", 5, {}) end), here + 2, "check")
check.eq(line_of(blaming), here - 2, "blame")
check.eq(options.place(1):match(":(%d+): $"), tostring(here + 4), "place")

local function in_module()
    error("/lib/fi/mmio.lua:7: oops", 0)
end
local function in_scenario()
    error("/home/fi/own.lua:7: oops", 0)
end
check.eq(message_of(options.blame_place, "x.lua:1: ", in_module), "x.lua:1: oops", "a module's place is dropped")
check.eq(message_of(options.blame_place, "x.lua:1: ", in_scenario), "x.lua:1: /home/fi/own.lua:7: oops", "others stay")

local function rejected(wanted, name, ...)
    local message = message_of(arming, name, ...)
    check.ok(tostring(message):find(wanted, 1, true), string.format("%q says %q", tostring(message), wanted))
end
rejected("f: the options must be a table, not a nil", "check", "f", nil, {})
rejected("f: unknown option 'c' (known: a, b)", "check", "f", {c = 1}, options.set_of({"b"}, {"a"}))
rejected("f: n must be a whole number from 1 on", "check_count", "f", "n", 1.0, 1)
rejected("f: bit 3 is named twice", "check_bits", "f", {3, 3})
rejected("f: mask must be a whole number other than 0", "check_mask", "f", "mask", 0)
rejected("\"permanent\", {insns = n}, {ns = t}, {hits = n} or {until_trigger = t}", "check_duration", "f", 3, {"hits"})
rejected("duration must be", "check_duration", "f", {hits = 1}, {})
rejected("duration.ns must be", "check_duration", "f", {ns = 0}, {})
rejected("duration must be", "check_duration", "f", {ns = 1, insns = 1}, {})
rejected("made with a nil handler", "check_duration", "f", {until_trigger = 1}, {})

check.eq(table.concat(options.mask_to_bits(1 << 63 | 5), ","), "0,2,63", "bits")
