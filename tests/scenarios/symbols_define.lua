-- SPDX-License-Identifier: GPL-2.0-or-later
-- A map that the scenario gives its symbols: triggers wait for it, move with it, and wait again when it goes. The guest's
-- output shows that a trigger is live at the first address, and then at the second one.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0xdc921664
--! stderr-re: symbols_define.lua:\d+: no symbol "stpe"; near names: "step"
--! journal: {"kind":"error","trigger":"on_pc later:stpe","message":"~symbols_define.lua:\\d+: no symbol"}
--! journal: {"kind":"error","trigger":"on_pc [later:last, later:step)","message":"~which is not behind its start"}
--! journal: {"kind":"trigger","name":"on_pc later:step","hits":101,"fired":2,"state":"active"}
--! journal: {"kind":"trigger","name":"on_pc later:stpe","hits":0,"state":"disabled"}
--! journal-count: error 2
--! checks: 41

local check = require "fi.check"

local function fails(text, f, ...)
    local ok, message = pcall(f, ...)
    check.ok(not ok and message:find(text, 1, true), ("%s: %s"):format(text, message))
end

fails('no map of symbols is called "later"', on_pc, "later:step", nil)
fi.symbols.define("later")
fails("map 'later' has no symbols yet", fi.symbol, "later:step")
fails("map 'later' has no symbols yet", on_exception, {from = "later:step"}, nil)
fails("there is already a map \"checksum\"", fi.symbols.define, "checksum")
fails("make a map's name", fi.symbols.define, "a:b")
fails("symbol 1 is {name =, address =, …}, not string", fi.symbols.define, "later", {"step"})
fails("'address' of symbol 1 is an integer, not nil", fi.symbols.define, "later", {{name = "step"}})
fails("'size' of symbol 1 is an integer", fi.symbols.define, "later", {{name = "step", address = 1, size = "4"}})
fails("'name' of symbol 2 is a string", fi.symbols.define, "later", {{name = "a", address = 1}, {address = 1}})
fails("unknown field 'adress' of symbol 1 (known: name, address, size, kind, global)", fi.symbols.define, "later",
      {{name = "step", adress = 1}})
fails("'kind' of symbol 1", fi.symbols.define, "later", {{name = "step", address = 1, kind = "code"}})
fails("both ends of the range have to be of map 'later', whose place may change", on_pc, {"later:step", 8}, nil)
check.eq(fi.symbols.maps()[2].name, "later", "in the list")
check.eq(fi.symbols.maps()[2].path, nil, "of no file")
check.eq(fi.symbols.maps()[2].slide, nil, "nor anywhere")
check.eq(fi.symbols.slide("later"), nil, "no slide")

local add, last = fi.symbol("checksum_add"), fi.symbol("checksum_return")
fails('"checksum+4" has an offset: all of a symbol goes without one', on_pc, {"checksum+4"}, nil)
fails("symbol 'checksum_add' has no size: give {lo, hi} yourself", on_pc, {"checksum_add"}, nil)
fails("a range is {lo, hi}, {where, size = n}, or {symbol}: all of that", on_pc, {add}, nil)
check.eq(on_pc({"checksum"}, {name = "checksum's all"}, nil).state, "active", "all of a function")

local misspelt, range, wide, backwards, whole, cell, count
local step = on_pc("later:step", {after = 99}, function(ev)
    if ev.pc == add then
        cpu.w3 = cpu.w3 ~ 0x80
        fi.symbols.define("later")
        check.eq(range.state, "pending", "a range waits again")
    else
        cpu.w0 = cpu.w0 ~ 1
    end
end)
misspelt = on_pc("later:stpe", nil)
range = on_pc({"later:step", "later:last"}, nil)
wide = on_pc({"later:step+4", size = 4}, nil)
backwards = on_pc({"later:last", "later:step"}, nil)
whole = on_pc({"later:step"}, nil)
cell = on_write("later:cell", nil)
count = fi.counter("steps")
count:count_pc("later:step")
check.eq(step.state, "pending", "waits")
check.eq(range.name, "on_pc [later:step, later:last)", "name of a range")
check.eq(wide.name, "on_pc [later:step+4, +4)", "name of another one")
check.eq(whole.name, "on_pc [later:step, all of it)", "name of a whole symbol")

local function symbols(at)
    return {
        {name = "step", address = at, size = 4},
        {name = "last", address = at + 8, global = false},
        {name = "cell", address = fi.symbol("result"), size = 4, kind = "object"},
    }
end

on_pc("checksum", function()
    fi.symbols.define("later", symbols(add))
    check.eq(step.state, "active", "live")
    check.eq(misspelt.state, "disabled", "a misspelt one")
    check.eq(backwards.state, "disabled", "ends before it begins")
    check.eq(fi.symbol("later:step"), add, "the symbol's address")
    check.eq(fi.symbol("step"), add, "by its name alone")
    check.eq(select(3, fi.symbol("cell")), "object", "its kind")
    check.eq(fi.symbols.slide("later"), 0, "no slide of its own")
    check.eq(fi.symbols.find("^st", "later")[1], "step", "find")
end)
on_pc("checksum_done", function()
    check.eq(step.hits, 100, "no hits without the map")
    check.eq(fi.symbols.at(add), "checksum:checksum+0xc", "nor names")
    check.eq(wide.hits, 99, "the instruction behind")
    fi.symbols.define("later", symbols(last))
    check.eq(fi.symbols.at(last + 9), "later:last+0x1", "names again")
end)
check.at_exit(function()
    check.eq(cell.hits, 1, "the object's bytes")
    check.eq(whole.hits, 101, "all of a symbol, moved")
    check.eq(range.hits, 100 + 99 + 1, "the range, moved")
    check.eq(count:sum(), 101, "an inline counter")
end)
