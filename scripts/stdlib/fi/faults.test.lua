-- SPDX-License-Identifier: MIT
-- fi.faults by itself: every wrong option is found when the fault is armed, and blamed on this file; and one fault of
-- each kind on a guest whose output tells. More of them, each with its guest, are in tests/scenarios/stdlib.
--! guest: checksum
--! stdout: checksum 0xdc921665
--! journal: {"kind":"fault","action":"write_register","target":"w3","at":"checksum+0xc","hit":100,"info":{"model":"bit-flip","duration":"transient","bits":"7","upset":"SEU"}}
--! journal-count: fault 1
--! checks: 77

local check = require "fi.check"
local faults = require "fi.faults"

-- A flipped bit 7 of the 100th word is all that reaches the output.
faults.flip_at("checksum_add", {reg = "w3", bit = 7, after = 99})

local function rejected(wanted, fn, ...)
    local ok, message = pcall(fn, ...)
    check.ok(not ok and message:find(wanted, 1, true), string.format("%q says %q", tostring(message), wanted))
end

-- The same for the functions that act at once, which come to look at their options first.
for name, flip in pairs{flip = faults.flip, flip_at = function(o) return faults.flip_at("main", o) end} do
    rejected("unknown option 'bti' (known: adjacent, ", flip, {reg = "x0", bti = 3})
    rejected("must be a table, not a number", flip, 5)
    rejected("exactly one of reg, mem and phys", flip, {bit = 3})
    rejected("exactly one of reg, mem and phys", flip, {reg = "x0", mem = "buffer", bit = 3})
    rejected("exactly one of bit, bits and nbits", flip, {reg = "x0"})
    rejected("exactly one of bit, bits and nbits", flip, {reg = "x0", bit = 1, nbits = 1})
    rejected("a register's name, not a number", flip, {reg = 5, bit = 1})
    rejected("an address or a symbol, not a table", flip, {mem = {}, bit = 1})
    rejected("nosuch", flip, {mem = "nosuch", bit = 1})
    rejected("nosuch", flip, {mem = "nosuch+8", bit = 1})
    rejected("bit must be a whole number from 0 on", flip, {reg = "x0", bit = -1})
    rejected("bit must be a whole number from 0 on", flip, {reg = "x0", bit = "3"})
    rejected("at least one bit number", flip, {reg = "x0", bits = {}})
    rejected("at least one bit number", flip, {reg = "x0", bits = 3})
    rejected("bit 2 is named twice", flip, {reg = "x0", bits = {2, 3, 2}})
    rejected("nbits must be a whole number from 1 on", flip, {reg = "x0", nbits = 0})
    rejected("adjacent goes with nbits", flip, {reg = "x0", bit = 1, adjacent = true})
    rejected("size is for memory", flip, {reg = "x0", bit = 1, size = 4})
    rejected("size must be a whole number from 1 on", flip, {mem = "buffer", bit = 1, size = 0})
    rejected("bit 32 is outside of the memory at 0x", flip, {mem = "result", bit = 32})
    rejected("nbits is 9, but the memory at 0x", flip, {mem = "result", size = 1, nbits = 9})
    rejected("faults." .. name .. ": ", flip, {})
end

rejected("whole number or a string of bytes, not a nil", faults.set, {reg = "x0"})
rejected("whole number or a string of bytes, not a table", faults.set_at, "main", {reg = "x0", value = {}})
rejected("unknown option 'every' (known: mem, phys, reg, size, value)", faults.set, {reg = "x0", every = 1})
rejected("unknown option", faults.flip_at, "main", {reg = "x0", bit = 1, colour = 1})
rejected("'after' is a whole number", faults.flip_at, "main", {reg = "x0", bit = 1, after = -1})
rejected("nosuch", faults.flip_at, "nosuch", {reg = "x0", bit = 1})

local stuck_at = faults.stuck_at
rejected("value must be 0 or 1", stuck_at, {mem = "result", bit = 1})
rejected("value must be 0 or 1", stuck_at, {mem = "result", bit = 1, value = 2})
rejected("needs within", stuck_at, {reg = "x0", bit = 1, value = 1})
rejected("within is for registers", stuck_at, {mem = "result", bit = 1, value = 1, within = "main"})
rejected("exactly one of bit, bits", stuck_at, {mem = "result", value = 1})
rejected("mask goes without", stuck_at, {mem = "result", value = 1, bit = 1, mask = 1})
rejected("mask must be", stuck_at, {mem = "result", value = 1, mask = 0})
rejected("bit 32 is outside", stuck_at, {mem = "result", value = 1, mask = 1 << 32})
rejected("duration must be", stuck_at, {mem = "result", value = 1, bit = 1, duration = "long"})
rejected("duration must be", stuck_at, {mem = "result", value = 1, bit = 1, duration = {insns = 1, hits = 1}})
rejected("duration must be", stuck_at, {mem = "result", value = 1, bit = 1, duration = {seconds = 1}})
rejected("duration.insns must be", stuck_at, {mem = "result", value = 1, bit = 1, duration = {insns = 0}})
rejected("made with a nil handler", stuck_at, {mem = "result", value = 1, bit = 1, duration = {until_trigger = 5}})
rejected("unknown option 'after'", stuck_at, {mem = "result", value = 1, bit = 1, after = 1})

rejected("persistence must be said", faults.skip, "main", {})
rejected("persistence must be said", faults.skip, "main", {persistence = "twice"})
rejected("persistence must be said", faults.replace, "main", 0xd503201f, {persistence = {m = 1}})
rejected("persistence.n must be", faults.corrupt_opcode, "main", {bit = 1, persistence = {n = 0}})
rejected("opcode must be a whole number", faults.replace, "main", "nop", {persistence = "once"})
rejected("value goes without", faults.corrupt_return, "checksum", {value = 1, bit = 1})
rejected("exactly one of bit", faults.corrupt_return, "checksum", {})
rejected("unknown option 'limit'", faults.skip, "main", {persistence = "once", limit = 1})

-- Whose line is it?
local function blamed_line(fn)
    local _, message = pcall(fn)
    return tonumber(message:match("faults%.test%.lua:(%d+): "))
end
local here = blamed_line(function() error("here") end)
check.eq(blamed_line(function() faults.flip({reg = "x0", bit = -1}) end), here + 1, "line of a wrong option")
check.eq(blamed_line(function() faults.flip({}) end), here + 2, "line of a missing target")
check.eq(blamed_line(function() local t = faults.flip_at("nosuch", {reg = "x0", bit = 1}) return t end), here + 3)
check.eq(blamed_line(function() faults.stuck_at({mem = "result", bit = 99, value = 1}) end), here + 4)
check.eq(blamed_line(function() faults.skip("main", {persistence = 1}) end), here + 5)
