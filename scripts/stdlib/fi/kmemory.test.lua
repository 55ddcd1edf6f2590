-- SPDX-License-Identifier: MIT
-- fi.kmemory by itself: addresses that code forms, and a variable that has no symbol.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! checks: 10

local check = require "fi.check"
local kmemory = require "fi.kmemory"

local CODE <const> = string.pack("<I4I4I4I4I4I4I4I4I4I4I4I4",
    0xf0000001, -- adrp x1, 3 pages from here
    0x91004021, -- add x1, x1, #0x10
    0xf9400422, -- ldr x2, [x1, #8]
    0xf85f0c22, -- ldr x2, [x1, #-16]!
    0xf8418423, -- ldr x3, [x1], #24
    0xf9400023, -- ldr x3, [x1]
    0xaa0103e4, -- mov x4, x1
    0x91400484, -- add x4, x4, #1, lsl #12
    0xd0ffffe5, -- adrp x5, 2 pages before here
    0xf94004a5, -- ldr x5, [x5, #8]
    0x910010a5, -- add x5, x5, #4: no address any more
    0x91001109) -- add x9, x8, #4: never was one
local function hex(list)
    local texts = {}
    for i, value in ipairs(list) do
        texts[i] = ("%x"):format(value)
    end
    return table.concat(texts, " ")
end
check.eq(hex(kmemory.addresses(CODE, 0xffff800008010ffc)),
         "ffff800008013010 ffff800008013018 ffff800008013000 ffff800008013000 ffff800008013018 ffff800008014018 "
         .. "ffff80000800f008", "addresses")
check.eq(#kmemory.addresses("", 0), 0, "of no code")
check.eq(kmemory.text("ab\0c"), "ab", "text")
check.eq(kmemory.text("ab\0c", 4), "c", "text without an end")

local function rejected(want, ...)
    local ok, message = pcall(kmemory.check, ...)
    check.ok(not ok and message:find(want, 1, true), tostring(message))
end
rejected("no map of symbols is called \"kernel\"", "kernel", {"printk"})
rejected("the kernel of map 'checksum' has no function printk", "checksum", {"checksum", "printk"})

-- A page of the guest's memory has code that loads a pointer to a list, which is 0x100 behind it.
local room = 0x40580000
on_pc("checksum_return", {limit = 1}, function()
    mem:write(room, string.pack("<I4I4", 0x90000001, 0xf9408020)) -- adrp x1, this page; ldr x0, [x1, #0x100]
    mem.u64[room + 0x100] = 0x1234
    fi.symbols.define("kernel", {{name = "user", address = room, size = 8},
                                 {name = "variable", address = room + 0x200, kind = "object"}})
    local function has(value)
        return function(address)
            return mem.u64[address] == value
        end
    end
    mem.u64[room + 0x200] = 0x5678
    check.eq(kmemory.variable("kernel", "list", {"nobody", "user"}, has(0x1234)), room + 0x100, "by its user")
    check.eq(kmemory.variable("kernel", "variable", {"user"}, has(0x5678)), room + 0x200, "by its symbol")
    check.eq(kmemory.variable("kernel", "variable", {"user"}, has(0x1234)), room + 0x100, "the symbol is another one's")
    check.eq(kmemory.variable("kernel", "list", {"user"}, has(1)), nil, "none")
end)
