-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_mmio_read, on_mmio_write: places and options that mean nothing, each an error that names what was wrong.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout: mmio
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"log","text":"~^rejected: "} 26
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
    rejected({"nosuch", "type", "0x9000000-0x9000fff pl011 (pl011)", "gpex"}, on_mmio_read, "nosuch", nothing)
    rejected({"PL011", "(pl011)"}, on_mmio_read, "PL011", nothing)
    rejected({"dma_command", "symbol", "on_write"}, on_mmio_write, "dma_command", nothing)
    rejected({"0x9010004", "without quotes"}, on_mmio_read, "0x9010004", nothing)
    rejected({"0x9010004", "without quotes"}, on_mmio_read, {"0x9010004", offset = 0}, nothing)
    rejected({"0x40400000", "on_read", "phys = true"}, on_mmio_read, 0x40400000, nothing)             -- RAM
    rejected({"0xb000000", "0xa003fff virtio-mmio"}, on_mmio_write, 0x0b000000, nothing)              -- nothing at all
    rejected({"0xb000000"}, on_mmio_read, {0x0b000000, 0x0b001000}, nothing)
    rejected({"range"}, on_mmio_read, {0x09010004, 0x09010000}, nothing)
    rejected({"size"}, on_mmio_read, {0x09010004, size = 0}, nothing)
    rejected({"size", "the float 4.0", "math.floor"}, on_mmio_read, {0x09010004, size = 4.0}, nothing)
    rejected({"{lo, hi} or {address, size = n}"}, on_mmio_read, {0x09010004}, nothing)
    rejected({"'addr'", "{address, size = n}"}, on_mmio_read, {addr = 0x09010004}, nothing)
    rejected({"integer", "the float 1.5"}, on_mmio_read, 1.5, nothing)
    rejected({"integer", "nil"}, on_mmio_read, nil, nothing)
    rejected({"pl031", "0x1000 bytes", "0x9010004", "without a device's name"}, on_mmio_read,
             {"pl031", offset = 0x09010004}, nothing)
    rejected({"needs 'offset'", "pl031"}, on_mmio_read, {"pl031", size = 4}, nothing)
    rejected({"'offset'", "-4"}, on_mmio_read, {"pl031", offset = -4}, nothing)
    rejected({"'offset'", "string"}, on_mmio_read, {"pl031", offset = "4"}, nothing)
    rejected({"'offset'"}, on_mmio_read, {0x09010000, offset = 4}, nothing)
    rejected({"size", "0"}, on_mmio_read, {"pl031", offset = 4, size = 0}, nothing)
    rejected({"nosuch"}, on_mmio_read, {"nosuch", offset = 4}, nothing)
    rejected({"limt"}, on_mmio_read, 0x09010004, {limt = 1}, nothing)
    rejected({"phys"}, on_mmio_read, 0x09010004, {phys = true}, nothing)
    rejected({"function"}, on_mmio_write, 0x09010004, 5)
    rejected({"size"}, on_mmio_write, 0x09010004, {size = 3}, nothing)
end)
