-- SPDX-License-Identifier: MIT
-- fi.btf by itself: types that are made here, and what is none. A real kernel's are read in tests/linux.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! checks: 25

local check = require "fi.check"
local btf = require "fi.btf"

-- BTF's bytes: add(kind, name, size or type, members, kind_flag); members: {name, type, offset in bits [, width]}
local function maker()
    local strings, types, known = "\0", {}, {[""] = 0}
    local function string_offset(text) -- each is there once
        if not known[text] then
            known[text] = #strings
            strings = strings .. text .. "\0"
        end
        return known[text]
    end
    local self = {}
    function self.add(kind, name, size, members, bits)
        local info = (bits and 1 << 31 or 0) | kind << 24 | #(members or "")
        local parts = {string.pack("<I4I4I4", string_offset(name), info, size)}
        for i, member in ipairs(members or {}) do
            parts[i + 1] = string.pack("<I4I4I4", string_offset(member[1]), member[2],
                                       (member[4] or 0) << 24 | member[3])
        end
        types[#types + 1] = table.concat(parts)
    end
    function self.bytes()
        local all = table.concat(types)
        return string.pack("<I2BBI4I4I4I4I4", 0xeb9f, 1, 0, 24, 0, #all, #all, #strings) .. all .. strings
    end
    return self
end

local INT <const>, STRUCT <const>, UNION <const>, FORWARD <const> = 1, 4, 5, 7
local made = maker()
made.add(INT, "int", 4, nil)
made.add(FORWARD, "module", 0)
made.add(STRUCT, "a", 24, {{"module", 1, 0}, {"next", 1, 64}, {"", 3, 128}})
made.add(STRUCT, "bits", 8, {{"low", 1, 0, 5}, {"high", 1, 5, 3}, {"far", 1, 43, 2}, {"whole", 1, 32, 0}}, true)
made.add(UNION, "either", 16, {{"x", 1, 0}, {"y", 1, 0}})
made.add(STRUCT, "module", 64, {{"state", 1, 0}, {"name", 1, 192}})
made.add(STRUCT, "empty", 0)
local bytes = made.bytes()
local types = btf.parse(bytes .. "what follows it")

check.eq(types:size("a"), 24, "size")
check.eq(types:offset("a", "module"), 0, "the first member")
check.eq(types:offset("a", "next"), 8, "the second")
check.eq(types:offset("module", "name"), 24, "a struct whose name is also a member's and a declaration's")
check.eq(types:size("module"), 64, "its size")
check.eq(types:size("either"), 16, "a union")
check.eq(types:offset("either", "y"), 0, "its second member")
check.ok(not types:has("empty"), "one without members is of no use")
local function place(...)
    return ("%s %s %s"):format(...)
end
check.eq(place(types:offset("bits", "low")), "0 0 5", "a bit-field")
check.eq(place(types:offset("bits", "high")), "0 5 3", "the bits above it")
check.eq(place(types:offset("bits", "far")), "5 3 2", "in another byte")
check.eq(place(types:offset("bits", "whole")), "4 nil nil", "no bit-field beside them")
check.eq(types:find("a", "previous"), nil, "no member")
check.eq(types:find("nothing", "next"), nil, "no struct")
check.eq(types:find("int", "next"), nil, "another kind of type")
check.ok(types:has("bits") and not types:has("int") and not types:has("bit") and not types:has("ts"), "has")

local function rejected(want, fn)
    local ok, message = pcall(fn)
    check.ok(not ok and message:find("btf.test.lua:%d+: ") and message:find(want, 1, true), tostring(message))
end
rejected("the kernel's BTF has no previous in struct a", function() local _ = types:offset("a", "previous") end)
rejected("the kernel's BTF has no struct nothing", function() local _ = types:size("nothing") end)
rejected("this is no BTF", function() btf.parse("") end)
rejected("this is no BTF", function() btf.parse("\xeb\x9f" .. bytes:sub(3)) end)
rejected("this is no BTF", function() btf.parse(bytes:sub(1, -2)) end)
rejected("this is no BTF", function() btf.parse(bytes:sub(1, 12) .. "\xff\xff\xff\xff" .. bytes:sub(17)) end)

-- In the guest's memory, where this kernel's map says that it is, and in a machine without a kernel.
local room = fi.symbol("buffer")
local small = maker()
small.add(STRUCT, "one", 8, {{"member", 1, 32}})
on_pc("checksum_return", {limit = 1}, function()
    rejected("no BTF is in the memory of the kernel of map 'checksum'", function() btf.kernel("checksum") end)
    mem:write(room + 3, small.bytes())
    fi.symbols.define("fake", {{name = "_etext", address = room & ~0xfff},
                               {name = "_sinittext", address = room + 0x1000}})
    check.eq(btf.kernel("fake"):offset("one", "member"), 4, "found")
    check.ok(btf.kernel("fake") == btf.kernel("fake"), "and kept")
end)
