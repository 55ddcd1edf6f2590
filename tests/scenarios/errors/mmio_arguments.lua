-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_mmio_read, on_mmio_write: places and options that mean nothing, each an error that names what was wrong.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout: mmio
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"log","text":"~^rejected: "} 10
--! journal-count: fault 0

local function rejected(words, fn, ...)
    local ok, message = pcall(fn, ...)
    assert(not ok, words[1] .. ": accepted")
    for _, word in ipairs(words) do
        assert(tostring(message):find(word, 1, true), string.format("%q does not say %q", tostring(message), word))
    end
    fi.log("rejected: %s", message)
end

local function nothing() end

on_pc("main", {limit = 1}, function()
    rejected({"nosuch"}, on_mmio_read, "nosuch", nothing)
    rejected({"0x40400000"}, on_mmio_read, 0x40400000, nothing)             -- RAM
    rejected({"0xb000000"}, on_mmio_write, 0x0b000000, nothing)             -- nothing at all
    rejected({"0xb000000"}, on_mmio_read, {0x0b000000, 0x0b001000}, nothing)
    rejected({"range"}, on_mmio_read, {0x09010004, 0x09010000}, nothing)
    rejected({"size"}, on_mmio_read, {0x09010004, size = 0}, nothing)
    rejected({"limt"}, on_mmio_read, 0x09010004, {limt = 1}, nothing)
    rejected({"phys"}, on_mmio_read, 0x09010004, {phys = true}, nothing)
    rejected({"function"}, on_mmio_write, 0x09010004, 5)
    rejected({"size"}, on_mmio_write, 0x09010004, {size = 3}, nothing)
end)
