-- SPDX-License-Identifier: MIT
-- fi.kmodules by itself: modules as 6.1 and as 6.12 have them in memory, made here. Real ones are in tests/linux.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! checks: 28

local check = require "fi.check"
local kmodules = require "fi.kmodules"
local linux = require "fi.linux"

-- Stands for fi.btf's types: {["struct.member"] = offset, struct = size}
local function types_of(places)
    return {
        offset = function(_, name, member)
            return assert(places[name .. "." .. member], member)
        end,
        find = function(_, name, member)
            return places[name .. "." .. member]
        end,
        size = function(_, name)
            return assert(places[name], name)
        end,
    }
end

local BOTH <const> = {
    ["module.state"] = 0, ["module.list"] = 8, ["module.name"] = 24,
    ["mod_kallsyms.symtab"] = 0, ["mod_kallsyms.num_symtab"] = 8, ["mod_kallsyms.strtab"] = 16,
}
local function with(more)
    local all = {}
    for _, list in ipairs{BOTH, more} do
        for key, value in pairs(list) do
            all[key] = value
        end
    end
    return kmodules.layout(types_of(all))
end
local OLD <const> = with{["module.kallsyms"] = 552, ["module.core_layout"] = 320, ["module.init_layout"] = 400,
                         ["module_layout.base"] = 0, ["module_layout.size"] = 8}
local NEW <const> = with{["module.kallsyms"] = 904, ["module.mem"] = 320, module_memory = 72,
                         ["module_memory.base"] = 0, ["module_memory.size"] = 8}

check.eq(#OLD.memory, 2, "two parts before 6.4")
check.eq(OLD.memory[2].base, 400, "the second one")
check.ok(OLD.memory[2].init and not OLD.memory[1].init, "is for the start")
check.eq(#NEW.memory, 7, "seven since then")
check.eq(NEW.memory[7].size, 320 + 6 * 72 + 8, "the last one")
check.ok(NEW.memory[5].init and not NEW.memory[4].init, "three are for the start")

local room <const> = 0x40580000
local TEXT <const>, INIT <const> = 0xffff800000bf0000, 0xffff800000bf8000
local FUNC <const>, OBJECT <const>, NOTYPE <const>, SECTION <const> = 2, 1, 0, 3
local LOCAL <const>, GLOBAL <const> = 0, 1

-- Symbols into the guest's memory at `at`; returns the address of struct mod_kallsyms.
local function put_symbols(at, symbols)
    local strings, raw = "\0", {string.rep("\0", 24)}
    for _, s in ipairs(symbols) do
        raw[#raw + 1] = string.pack("<I4BBI2i8i8", #strings, s.bind << 4 | s.type, 0, s.section or 1, s.value,
                                    s.size or 0)
        strings = strings .. s.name .. "\0"
    end
    local all = table.concat(raw)
    mem:write(at + 0x100, all)
    -- Up to the last byte of a page, the last name begins in the next one
    local strtab = (at + 0x2000) - #strings + 2
    mem:write(strtab, strings)
    mem.u64[at] = at + 0x100
    mem.u32[at + 8] = #raw
    mem.u64[at + 16] = strtab
    return at
end

local SYMBOLS <const> = {
    {name = "probe", type = FUNC, bind = LOCAL, value = TEXT + 0x10, size = 0x40},
    {name = "shown", type = FUNC, bind = GLOBAL, value = TEXT + 0x50, size = 0x20},
    {name = "data", type = OBJECT, bind = LOCAL, value = TEXT + 0x1000, size = 8},
    {name = "label", type = NOTYPE, bind = LOCAL, value = TEXT + 0x60},
    {name = "$x", type = NOTYPE, bind = LOCAL, value = TEXT + 0x60},
    {name = ".L12", type = NOTYPE, bind = LOCAL, value = TEXT + 0x60},
    {name = "", type = SECTION, bind = LOCAL, value = TEXT},
    {name = "printk", type = NOTYPE, bind = GLOBAL, value = 0xffff800008100000, section = 0},
    {name = "constant", type = NOTYPE, bind = GLOBAL, value = 5, section = 0xfff1},
    {name = "init_module", type = FUNC, bind = GLOBAL, value = INIT, size = 0x80},
}

local function text(symbol)
    return ("%s %x %d %s%s%s"):format(symbol.name, symbol.address, symbol.size, symbol.kind,
                                      symbol.global and " global" or "", symbol.init and " init" or "")
end

local function check_module(what, layout, address)
    local module = kmodules.read(layout, address)
    check.eq(module.name, "driver", what)
    check.eq(#module.symbols, 5, what .. ": symbols")
    for i, want in ipairs{"probe ffff800000bf0010 64 func", "shown ffff800000bf0050 32 func global",
                          "data ffff800000bf1000 8 object", "label ffff800000bf0060 0 other",
                          "init_module ffff800000bf8000 128 func global init"} do
        check.eq(text(module.symbols[i]), want, what)
    end
end

on_pc("checksum_return", {limit = 1}, function()
    local kallsyms = put_symbols(room, SYMBOLS)
    local old, new = room + 0x4000, room + 0x5000
    mem:write(old + 24, "driver\0")
    mem.u64[old + 320], mem.u32[old + 328] = TEXT, 0x4000
    mem.u64[old + 400], mem.u32[old + 408] = INIT, 0x1000
    mem.u64[old + 552] = kallsyms
    check_module("6.1", OLD, old)
    mem:write(new + 24, "driver\0")
    for i, part in ipairs{{TEXT, 0x1000}, {TEXT + 0x1000, 0x100}, {0, 0}, {0, 0}, {INIT, 0x1000}} do
        mem.u64[new + 320 + 72 * (i - 1)], mem.u32[new + 328 + 72 * (i - 1)] = part[1], part[2]
    end
    mem.u64[new + 904] = kallsyms
    check_module("6.12", NEW, new)

    mem.u64[new + 904] = 0
    check.eq(#kmodules.read(NEW, new).symbols, 0, "a kernel without CONFIG_KALLSYMS")
end)

local function rejected(want, fn)
    local ok, message = pcall(fn)
    check.ok(not ok and message:find("kmodules.test.lua:%d+: ") and message:find(want, 1, true), tostring(message))
end
rejected("no map of symbols is called \"kernel\"", function() local _ = linux.modules() end)
rejected("the kernel of map 'checksum' has no function do_init_module",
         function() local _ = linux.modules{map = "checksum"} end)
rejected("linux.modules: unknown option 'fm' (known: fn, map)", function() local _ = linux.modules{fm = print} end)
rejected("linux.modules: a module's name is letters, digits and '_', not virtio-blk",
         function() local _ = linux.modules{"virtio-blk"} end)
rejected("linux.modules: fn is a function, not a boolean", function() local _ = linux.modules{fn = true} end)
rejected("linux.modules: the options must be a table, not a string", function() local _ = linux.modules("softdog") end)
rejected("linux.modules: map is the name of a map of symbols", function() local _ = linux.modules{map = 1} end)
