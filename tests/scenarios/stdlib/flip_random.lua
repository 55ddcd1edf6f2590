-- SPDX-License-Identifier: GPL-2.0-or-later
-- nbits: random bits are distinct and within the target; adjacent ones are neighbours; an object's size is known.
-- What is flipped twice is as it was, so the guest comes to its right result.
--! guest: selfcheck
--! stdout: ok 0x223142e0
--! checks: 6

local check = require "fi.check"
local faults = require "fi.faults"

on_pc("before_compute", function()
    local bits = faults.flip{mem = "seed_value", nbits = 32}
    check.eq(#bits, 32, "all bits of an object")
    check.eq(mem.u32.seed_value, 0x12345678 ~ 0xffffffff, "all flipped")
    faults.flip{mem = "seed_value", bits = bits}
    check.eq(mem.u32.seed_value, 0x12345678, "and back")

    local sound = true
    for _ = 1, 50 do
        bits = faults.flip{reg = "x9", nbits = 3}
        sound = sound and #bits == 3 and bits[1] < bits[2] and bits[2] < bits[3] and bits[3] < 64
        faults.flip{reg = "x9", bits = bits}
    end
    check.ok(sound, "three distinct bits of 64")
    for _ = 1, 50 do
        bits = faults.flip{reg = "w9", nbits = 4, adjacent = true}
        sound = sound and bits[4] == bits[1] + 3 and bits[4] < 32
        faults.flip{reg = "w9", bits = bits}
    end
    check.ok(sound, "four neighbours of 32")
    bits = faults.flip{mem = "data_a", nbits = 2}
    check.ok(bits[2] < 64 * 32, "bits of an array")
end)
