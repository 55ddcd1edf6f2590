-- SPDX-License-Identifier: MIT
--
-- fi.klog: the messages of a Linux kernel, read from its memory, whatever its console shows. For scenarios it is
-- linux.on_log(), linux.dmesg() and the option log of fi.linux, described in docs/stdlib.md.
--
-- The kernel's messages are in a ring of records, struct printk_ringbuffer, since 5.10:
-- kernel/printk/printk_ringbuffer.c and .h, in 6.1 and 6.12. What is named in capitals here is named so there.

local btf = require "fi.btf"
local kmemory = require "fi.kmemory"

---@class fi.klog
local klog = {}

local DESC_ID_MASK <const> = (1 << 62) - 1
local DESC_COMMITTED <const>, DESC_FINALIZED <const> = 1, 2
local LPOS_DATALESS <const> = 1

---@class fi.klog.Layout

-- Where the structures have what is wanted here.
local function layout_of(types)
    local descs = types:offset("printk_ringbuffer", "desc_ring")
    local data = types:offset("printk_ringbuffer", "text_data_ring")
    local position = types:offset("prb_desc", "text_blk_lpos")
    local layout = {
        entry_rb = types:offset("prb_reserved_entry", "rb"),
        entry_id = types:offset("prb_reserved_entry", "id"),
        count_bits = descs + types:offset("prb_desc_ring", "count_bits"),
        descs = descs + types:offset("prb_desc_ring", "descs"),
        infos = descs + types:offset("prb_desc_ring", "infos"),
        head_id = descs + types:offset("prb_desc_ring", "head_id"),
        tail_id = descs + types:offset("prb_desc_ring", "tail_id"),
        size_bits = data + types:offset("prb_data_ring", "size_bits"),
        data = data + types:offset("prb_data_ring", "data"),
        desc_size = types:size("prb_desc"),
        state = types:offset("prb_desc", "state_var"),
        first = position + types:offset("prb_data_blk_lpos", "begin"),
        next = position + types:offset("prb_data_blk_lpos", "next"),
        block = types:offset("prb_data_block", "data"),
        info_size = types:size("printk_info"),
        seq = types:offset("printk_info", "seq"),
        ts_nsec = types:offset("printk_info", "ts_nsec"),
        text_len = types:offset("printk_info", "text_len"),
        facility = types:offset("printk_info", "facility"),
    }
    layout.level, layout.level_bit, layout.level_bits = types:offset("printk_info", "level")
    return layout
end

--- The layout in `types` of what fi.klog reads. For tests.
---@param types fi.btf.Types
---@return fi.klog.Layout
function klog.layout(types)
    return layout_of(types)
end

-- The text of a record: behind its block's header, at the ring's beginning if it does not fit before its end
-- (get_data()).
local function text_of(layout, ring, desc, length)
    local first, last = mem.u64[desc + layout.first], mem.u64[desc + layout.next]
    if length == 0 or (first | last) & LPOS_DATALESS ~= 0 then
        return ""
    end
    local bits = mem.u32[ring + layout.size_bits]
    local mask = (1 << bits) - 1
    local at, size = first & mask, last - first
    if first >> bits ~= last >> bits and last & mask ~= 0 then
        at, size = 0, last & mask
    end
    length = math.min(length, size - layout.block)
    return length > 0 and mem:read(mem.u64[ring + layout.data] + at + layout.block, length) or ""
end

local Record = {}
Record.__index = Record

function Record:__tostring()
    local seconds, micros = self.time_ns // 1000000000, self.time_ns % 1000000000 // 1000
    return ("[%5d.%06d] %s"):format(seconds, micros, self.text)
end

--- The record with this id: {seq =, time_ns =, level =, facility =, text =}. Context: handler, in the kernel.
---@param layout fi.klog.Layout
---@param ring integer
---@param id integer
---@return table
function klog.record(layout, ring, id)
    local index = id & (1 << mem.u32[ring + layout.count_bits]) - 1
    local info = mem.u64[ring + layout.infos] + index * layout.info_size
    local desc = mem.u64[ring + layout.descs] + index * layout.desc_size
    return setmetatable({
        seq = mem.u64[info + layout.seq],
        time_ns = mem.u64[info + layout.ts_nsec],
        facility = mem.u8[info + layout.facility],
        level = mem.u8[info + layout.level] >> layout.level_bit & (1 << layout.level_bits) - 1,
        text = text_of(layout, ring, desc, mem.u16[info + layout.text_len]),
    }, Record)
end

-- What is there of this record: its state, nil if it is another one's place by now.
local function state_of(layout, ring, id)
    local index = id & (1 << mem.u32[ring + layout.count_bits]) - 1
    local value = mem.u64[mem.u64[ring + layout.descs] + index * layout.desc_size + layout.state]
    return (value ~ id) & DESC_ID_MASK == 0 and value >> 62 & 3 or nil
end

-- Is this a pointer to such a ring?
local function is_ring_pointer(layout, address)
    local ring = mem.u64[address]
    local bits, size = mem.u32[ring + layout.count_bits], mem.u32[ring + layout.size_bits]
    if bits < 1 or bits > 30 or size < 4 or size > 40 then
        return false
    end
    return state_of(layout, ring, mem.u64[ring + layout.head_id]) ~= nil
end

local Lines = {}

function Lines:__tostring()
    local lines = {}
    for i, record in ipairs(self) do
        lines[i] = tostring(record)
    end
    return table.concat(lines, "\n")
end

--- All records that are in the ring, a list. map: the kernel's map of symbols. Context: handler, in the kernel.
---@param map string
---@return table[]
function klog.all(map)
    local _ = cpu.pc -- an error where there is no guest to be read
    kmemory.check(map, {"vprintk_store"})
    local layout = layout_of(btf.kernel(map))
    local pointer = kmemory.variable(map, "prb", {"vprintk_store"}, function(address)
        return is_ring_pointer(layout, address)
    end)
    if not pointer then
        error(("the ring of messages of the kernel of map '%s' was not found"):format(map), 0)
    end
    local ring, records = mem.u64[pointer], setmetatable({}, Lines)
    local id, head = mem.u64[ring + layout.tail_id] & DESC_ID_MASK, mem.u64[ring + layout.head_id] & DESC_ID_MASK
    for _ = 0, (1 << mem.u32[ring + layout.count_bits]) - 1 do
        local state = state_of(layout, ring, id)
        if state == DESC_COMMITTED or state == DESC_FINALIZED then
            records[#records + 1] = klog.record(layout, ring, id)
        end
        if id == head then
            break
        end
        id = id + 1 & DESC_ID_MASK
    end
    return records
end

---------------------------------------------------------------------------------------------------------------------
-- Messages as they come

-- fn(vcpu, line, record) for each line that is complete from now on. A message without a newline may be continued,
-- until another one comes.
local function follow(map, name, fn)
    local layout, open
    local function deliver(vcpu, ring, id)
        local record = klog.record(layout, ring, id)
        for line in (record.text .. "\n"):gmatch("([^\n]*)\n") do
            fn(vcpu, line, record)
        end
    end
    local function arm(commit, complete)
        local opts = {name = ("%s %s"):format(name, commit), _internal = true}
        return fi.on_pc(("%s:%s"):format(map, commit), opts, function(ev)
            local entry = cpu.x0
            layout = layout or layout_of(btf.kernel(map))
            local ring, id = mem.u64[entry + layout.entry_rb], mem.u64[entry + layout.entry_id]
            local before = open
            open = not complete and {ring = ring, id = id} or nil
            -- It was finalized when this record was reserved; not if the machine was reset in between
            if before and before.id ~= id and state_of(layout, before.ring, before.id) == DESC_FINALIZED then
                deliver(ev.vcpu, before.ring, before.id)
            end
            if complete then
                deliver(ev.vcpu, ring, id)
            end
        end)
    end
    return {arm("prb_final_commit", true), arm("prb_commit", false)}
end

--- A trigger for lines of the kernel's log, with the options of on_console. match(line, record) is as its pattern; map
--- is the kernel's map of symbols.
---@param map string
---@param match fun(line: string, record: table): any
---@param opts table
---@param fn? function
---@return fi.Trigger
function klog.on_line(map, match, opts, fn)
    kmemory.check(map, {"prb_final_commit", "prb_commit"})
    local record
    local own = {}
    for key, value in pairs(opts) do
        own[key] = value
    end
    own._source = function(feed)
        return follow(map, own.name, function(vcpu, line, from)
            record = from
            feed(vcpu, line)
        end)
    end
    return fi.on_console(function(line)
        return match(line, record)
    end, own, fn)
end

return klog
