-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.rng: all forms, from the seed alone. Under icount the harness compares the journals of two runs;
-- tests/harness/seeds.py compares runs with the same and with different seeds.
--! guest: checksum
--! opt: seed=12345
--! stdout: checksum 0xdc92167d
--! journal: {"kind":"start","seed":"12345"}
--! checks: 6

local check = require "fi.check"

check.ok(tostring(fi.seed) == "12345", "seed")
local float = fi.rng()
check.ok(math.type(float) == "float" and float >= 0 and float < 1, "a float")
local seen = {}
for _ = 1, 200 do
    local number = fi.rng(6)
    assert(number >= 1 and number <= 6 and math.type(number) == "integer")
    seen[number] = true
end
check.eq(#seen, 6, "a die shows every face")
local ranged = fi.rng(-5, -3)
check.ok(ranged >= -5 and ranged <= -3, "a range")

on_pc("main", function()
    local numbers = {}
    for i = 1, 4 do
        numbers[i] = string.format("%d", fi.rng(0, 999999))
    end
    fi.log("numbers %s", table.concat(numbers, " "))
    check.ok(#numbers == 4, "in a handler")
    check.eq(math.type(math.random(10)), "integer", "math.random is the same generator")
end)
