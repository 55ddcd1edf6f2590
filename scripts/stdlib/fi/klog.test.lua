-- SPDX-License-Identifier: MIT
-- fi.klog by itself: a ring of messages that is made here, with records of each kind. Real ones are in tests/linux.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! checks: 22

local check = require "fi.check"
local klog = require "fi.klog"
local linux = require "fi.linux"

-- As in 6.1 and 6.12
local PLACES <const> = {
    ["prb_reserved_entry.rb"] = {0}, ["prb_reserved_entry.id"] = {16},
    ["printk_ringbuffer.desc_ring"] = {0}, ["printk_ringbuffer.text_data_ring"] = {48},
    ["prb_desc_ring.count_bits"] = {0}, ["prb_desc_ring.descs"] = {8}, ["prb_desc_ring.infos"] = {16},
    ["prb_desc_ring.head_id"] = {24}, ["prb_desc_ring.tail_id"] = {32},
    ["prb_data_ring.size_bits"] = {0}, ["prb_data_ring.data"] = {8},
    ["prb_desc.state_var"] = {0}, ["prb_desc.text_blk_lpos"] = {8},
    ["prb_data_blk_lpos.begin"] = {0}, ["prb_data_blk_lpos.next"] = {8}, ["prb_data_block.data"] = {8},
    ["printk_info.seq"] = {0}, ["printk_info.ts_nsec"] = {8}, ["printk_info.text_len"] = {16},
    ["printk_info.facility"] = {18}, ["printk_info.level"] = {19, 5, 3},
}
local SIZES <const> = {prb_desc = 24, printk_info = 88}
local layout = klog.layout{
    offset = function(_, name, member)
        return table.unpack(PLACES[name .. "." .. member])
    end,
    size = function(_, name)
        return SIZES[name]
    end,
}
check.eq(layout.size_bits, 48, "a member of a member")
check.eq(layout.first, 8, "another one")

local ring <const> = 0x40580000
local descs <const>, infos <const>, data <const> = ring + 0x100, ring + 0x200, ring + 0x1000
local BITS <const> = 8 -- 256 bytes of text

-- The record `id`, whose text begins at logical position `first`, and the next block at `next`.
local function put(id, first, next, text, length)
    local index = id & 3
    mem.u64[descs + 24 * index] = 2 << 62 | id
    mem.u64[descs + 24 * index + 8] = first
    mem.u64[descs + 24 * index + 16] = next
    mem.u64[infos + 88 * index] = id - 100
    mem.u64[infos + 88 * index + 8] = 12345678901
    mem.u16[infos + 88 * index + 16] = length or #text
    mem.u8[infos + 88 * index + 18] = 1
    mem.u8[infos + 88 * index + 19] = 4 << 5 | 8 -- a warning, and the flag LOG_CONT
    local at = first & 255
    if first >> BITS ~= next >> BITS and next & 255 ~= 0 then
        at = 0
    end
    if text ~= "" then
        mem.u64[data + at] = id
        mem:write(data + at + 8, text)
    end
end

on_pc("checksum_return", {limit = 1}, function()
    mem.u32[ring], mem.u64[ring + 8], mem.u64[ring + 16] = 2, descs, infos
    mem.u32[ring + 48], mem.u64[ring + 56] = BITS, data
    local function record(id)
        return klog.record(layout, ring, id)
    end

    put(101, 1024 + 16, 1024 + 48, "a message")
    local first = record(101)
    check.eq(first.text, "a message", "text")
    check.eq(first.level, 4, "level")
    check.eq(first.facility, 1, "facility")
    check.eq(first.seq, 1, "number")
    check.eq(first.time_ns, 12345678901, "time")
    check.eq(tostring(first), "[   12.345678] a message", "as dmesg prints it")

    put(102, 1024 + 240, 1280 + 40, "at the beginning, as the end has no room")
    check.eq(record(102).text, "at the beginning, as the end has", "a block that is elsewhere, and too short")
    put(103, 1280 - 32, 1280, "up to the end")
    check.eq(record(103).text, "up to the end", "a block that ends where the ring does")
    put(104, 1, 1, "", 5)
    check.eq(record(104).text, "", "its text was lost")
    put(104, 3, 3, "", 0)
    check.eq(record(104).text, "", "it has none")
    put((1 << 62) - 1, 1024, 1040, "old id")
    check.eq(record((1 << 62) - 1).text, "old id", "the largest number")
end)

local function rejected(want, fn)
    local ok, message = pcall(fn)
    check.ok(not ok and message:find("klog.test.lua:%d+: ") and message:find(want, 1, true), tostring(message))
end
rejected("no map of symbols is called \"kernel\"", function() linux.on_log("x", print) end)
rejected("has no function prb_final_commit",
         function() linux.on("panic", {log = "memory", map = "checksum"}, print) end)
rejected("linux.on_log: unknown option 'device' (known: after, every, level, limit, map, name, plain)",
         function() linux.on_log("x", {device = "pl011"}, print) end)
rejected("linux.on_log: level is from 0 (emergency) to 7 (debug)",
         function() linux.on_log("x", {level = 8}, print) end)
rejected("linux.on_log: '[' is no pattern", function() linux.on_log("[", print) end)
rejected("linux.on: log is \"console\" or \"memory\", not ram", function() linux.on("panic", {log = "ram"}, print) end)
rejected("linux.on: map is for log = \"memory\"", function() linux.on("panic", {map = "kernel"}, print) end)
rejected("linux.watch: device is for log = \"console\"",
         function() local _ = linux.watch{log = "memory", device = "pl011"} end)
rejected("there is no guest yet", function() local _ = linux.dmesg{map = "checksum"} end)
