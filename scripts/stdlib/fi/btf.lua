-- SPDX-License-Identifier: MIT
--
-- fi.btf: how a Linux kernel's structures are laid out, read from the type information that it carries in its own
-- memory (BTF, Documentation/bpf/btf.rst). Described in docs/stdlib.md.
--
--     local types = require("fi.btf").kernel()
--     local name = types:offset("module", "name")

local options = require "fi.options"

---@class fi.btf
local btf = {}

local fail = options.fail

---@class fi.btf.Types
---@field private types string
---@field private strings string
local Types = {}
Types.__index = Types

local HEADER <const> = "<I2BBI4I4I4I4I4" -- magic, version, flags, hdr_len, type_off, type_len, str_off, str_len
local HEADER_SIZE <const> = 24
local MAGIC <const> = string.pack("<I2BBI4", 0xeb9f, 1, 0, HEADER_SIZE)
local MOST <const> = 48 << 20 -- of all of it; a distribution's kernel has 5 MiB
local KIND_STRUCT <const>, KIND_UNION <const> = 4, 5

-- The sizes that the header says, or nil if it is none.
local function sizes(header)
    if #header < HEADER_SIZE or header:sub(1, #MAGIC) ~= MAGIC then
        return nil
    end
    local _, _, _, _, type_off, type_len, str_off, str_len = string.unpack(HEADER, header)
    if type_off ~= 0 or str_off ~= type_len or type_len % 4 ~= 0 or type_len == 0 or type_len + str_len > MOST then
        return nil
    end
    return type_len, str_len
end

--- The types in `bytes`, a section .BTF as it is in memory.
---@param bytes string
---@return fi.btf.Types
function btf.parse(bytes)
    local type_len, str_len = sizes(bytes)
    if not type_len or #bytes < HEADER_SIZE + type_len + str_len then
        fail(2, "btf.parse: this is no BTF of version 1 and little-endian")
    end
    return setmetatable({
        types = bytes:sub(HEADER_SIZE + 1, HEADER_SIZE + type_len),
        strings = bytes:sub(HEADER_SIZE + type_len + 1, HEADER_SIZE + type_len + str_len),
        found = {},
    }, Types)
end

-- Are there so many members at `at`, of a struct of `size` bytes? Each has a name that begins where a string does, a
-- type, and a place in it.
local function are_members(self, at, members, size, has_bits)
    if members == 0 or at + 12 * members > #self.types + 1 then
        return false
    end
    for i = 0, members - 1 do
        local name_off, type_id, offset = string.unpack("<I4I4I4", self.types, at + 12 * i)
        offset = has_bits and offset & 0xffffff or offset
        if type_id == 0 or offset > 8 * size or name_off > 0 and self.strings:byte(name_off) ~= 0 then
            return false
        end
    end
    return true
end

-- Where in self.types the record of this struct or union is. Its name's offset among the strings is looked for, as a
-- walk through 100,000 types takes Lua a while: what follows it has to be what a struct has there.
local function record_of(self, name)
    local at = self.strings:find("\0" .. name .. "\0", 1, true)
    local wanted = at and string.pack("<I4", at)
    local from = 1
    while wanted do
        from = self.types:find(wanted, from, true)
        if not from then
            break
        end
        if from % 4 == 1 and from + 12 <= #self.types + 1 then
            local info = string.unpack("<I4", self.types, from + 4)
            local kind, members = info >> 24 & 0x1f, info & 0xffff
            local size, has_bits = string.unpack("<I4", self.types, from + 8), info >> 31 == 1
            if (kind == KIND_STRUCT or kind == KIND_UNION) and info & 0x60ff0000 == 0
                and are_members(self, from + 12, members, size, has_bits) then
                return from, members, has_bits
            end
        end
        from = from + 1
    end
    return nil
end

local function string_at(self, offset)
    return self.strings:match("^[^\0]*", offset + 1)
end

local function layout_of(self, name)
    local layout = self.found[name]
    if layout == nil then
        local at, members, has_bits = record_of(self, name)
        layout = at and {size = string.unpack("<I4", self.types, at + 8), members = {}} or false
        for i = 0, (members or 0) - 1 do
            local name_off, _, offset = string.unpack("<I4I4I4", self.types, at + 12 + 12 * i)
            local bits = has_bits and offset >> 24 or 0
            offset = has_bits and offset & 0xffffff or offset
            layout.members[string_at(self, name_off)] = {offset = offset // 8, bit = offset % 8, bits = bits}
        end
        self.found[name] = layout
    end
    return layout
end

--- Is there a struct or union of this name, with members?
---@param name string
---@return boolean
function Types:has(name)
    return layout_of(self, name) and true or false
end

--- The size of a struct or union in bytes.
---@param name string
---@return integer
function Types:size(name)
    local layout = layout_of(self, name)
    if not layout then
        fail(2, "the kernel's BTF has no struct %s", name)
    end
    return layout.size
end

--- Where a member is: byte, and for a bit-field its lowest bit in that byte and its width. nil if there is no such
--- member; those of unnamed members are not looked into.
---@param name string
---@param member string
---@return integer?, integer?, integer?
function Types:find(name, member)
    local layout = layout_of(self, name)
    local place = layout and layout.members[member]
    if not place then
        return nil
    elseif place.bits > 0 then
        return place.offset, place.bit, place.bits
    end
    return place.offset
end

--- As find, but an error if there is no such member.
---@param name string
---@param member string
---@return integer, integer?, integer?
function Types:offset(name, member)
    local offset, bit, bits = self:find(name, member)
    if not offset then
        fail(2, "the kernel's BTF has no %s in struct %s", member, name)
    end
    return offset, bit, bits
end

---------------------------------------------------------------------------------------------------------------------
-- In the guest's memory

local CHUNK <const> = 64 << 10

local function read_if_mapped(address, length)
    local ok, bytes = pcall(mem.read, mem, address, length)
    return ok and bytes or ""
end

local function is_there(address)
    return sizes(read_if_mapped(address, HEADER_SIZE)) ~= nil
end

-- Debian 12's symbols have no data, so none of .BTF. It is read-only data: behind the code, and before what is freed
-- when the kernel has started.
local function search(map)
    local ok, from = pcall(fi.symbol, map .. ":_etext")
    local ok_to, to = pcall(fi.symbol, map .. ":_sinittext")
    if not ok or not ok_to then
        return nil
    end
    for at = from, to - 1, CHUNK do
        local bytes = read_if_mapped(at, CHUNK) .. read_if_mapped(at + CHUNK, #MAGIC - 1)
        local i = bytes:find(MAGIC, 1, true)
        while i do
            if is_there(at + i - 1) then
                return at + i - 1
            end
            i = bytes:find(MAGIC, i + 1, true)
        end
    end
    return nil
end

local kernels = {}

--- The running kernel's types. map: its map of symbols, by default "kernel". Context: handler, in the kernel.
---@param map? string
---@return fi.btf.Types
function btf.kernel(map)
    map = map or "kernel"
    local key = ("%s %s"):format(map, fi.symbols.slide(map))
    if not kernels[key] then
        local ok, address = pcall(fi.symbol, map .. ":__start_BTF")
        if not ok or not is_there(address) then
            address = search(map)
        end
        if not address then
            fail(2, "no BTF is in the memory of the kernel of map '%s': it was built without CONFIG_DEBUG_INFO_BTF, or "
                 .. "the kernel's memory is not mapped here, as in a process with KPTI", map)
        end
        local type_len, str_len = sizes(mem:read(address, HEADER_SIZE))
        kernels[key] = btf.parse(mem:read(address, HEADER_SIZE + type_len + str_len))
    end
    return kernels[key]
end

return btf
