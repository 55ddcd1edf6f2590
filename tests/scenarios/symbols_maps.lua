-- SPDX-License-Identifier: GPL-2.0-or-later
-- Several maps of symbols: each has a name and a slide. The fault is placed by a list in nm's format, which starts at 0.
--! guest: checksum
--! opt: symbols=@GUESTS@/checksum.elf:name=high:slide=0x100000:el=0
--! arg: list=@DIR@/symbols_maps.map
--! stdout: checksum 0xdc921675
--! checks: 22

local check = require "fi.check"

local function fails(text, f, ...)
    local ok, message = pcall(f, ...)
    check.ok(not ok and message:find(text, 1, true), ("%s: %s"):format(text, message))
end

check.eq(fi.symbols.load(fi.symbols.maps()[1].path), "checksum", "default name")
local here = fi.symbol("checksum:checksum")
check.eq(fi.symbol("high:checksum"), here + 0x100000, "with a slide")
fails('"checksum" is in several maps: say one of "high:checksum", "checksum:checksum"', fi.symbol, "checksum")
fails('no map of symbols is called "hihg" (there are: high, checksum)', fi.symbol, "hihg:checksum")
check.eq(fi.symbols.at(here + 4), "checksum:checksum+0x4", "at")
check.eq(fi.symbols.at(here + 0x100004), "high:checksum+0x4", "at, with a slide")

check.eq(fi.symbols.load(fi.args.list, {slide = here, name = "list"}), "list", "load")
check.eq(fi.symbols.slide("list"), here, "slide")
check.eq(fi.symbol("begin"), here, "a name that one map has")
check.eq(select(2, fi.symbol("list:begin")), 0x10, "reaches to the next")
check.eq(fi.symbol("end"), here + 0x18, "of two maps the global one")
fails('symbol "middle" is ambiguous: 2 local ones', fi.symbol, "list:middle")
fails('no symbol "begni"; near names: "begin"', fi.symbol, "begni")
check.eq(#fi.symbols.find("^begin$"), 1, "find")
check.eq(#fi.symbols.find("^checksum$"), 2, "find in all")
check.eq(#fi.symbols.find("^checksum$", "high"), 1, "find in one")
local maps = fi.symbols.maps()
check.eq(("%s %s %s"):format(maps[1].name, maps[2].name, maps[3].name), "high checksum list", "maps")
check.eq(maps[1].el, 0, "option of a map")

fails("there is already a map \"high\"", fi.symbols.load, fi.args.list, {name = "high"})
fails("unknown option 'nmae' (known: name, slide, el, asid, ttbr)", fi.symbols.load, fi.args.list, {nmae = "x"})
fails("cannot open", fi.symbols.load, fi.args.list .. "s")

-- By its map's option at EL0 only, where this guest never is
fi.symbols.load(fi.symbols.maps()[1].path, {name = "el0", el = 0})
local never = on_pc("el0:checksum", {name = "never"}, nil)
on_pc("list:end", {limit = 1}, function()
    cpu.w2 = cpu.w2 ~ 8
end)
on_pc("checksum:checksum_return", function()
    check.eq(never.hits, 0, "el of the map")
end)
