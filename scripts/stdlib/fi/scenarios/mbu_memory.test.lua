-- SPDX-License-Identifier: MIT
-- fi.scenarios.mbu_memory by itself: what wrong parameters are told, which bits each layout takes, and one upset that the
-- guest's own output shows: it compares two copies of a computation.
--! guest: selfcheck
--! stdout: DETECTED
--! journal: {"kind":"fault","trigger":"in a","action":"write_memory","info":{"model":"bit-flip","upset":"MBU","bits":"7,8","duration":"transient"}}
--! journal-count: {"kind":"fault","trigger":"in a"} 1
--! journal-count: {"kind":"fault","trigger":"column"} 3
--! checks: 34

local check = require "fi.check"
local mbu_memory = require "fi.scenarios.mbu_memory"

local function rejected(wanted, opts)
    local ok, message = pcall(function() mbu_memory.arm(opts) end)
    check.ok(not ok and message:find("mbu_memory.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

rejected("target must be given: the structure", {})
rejected("nosuch", {target = "nosuch"})
rejected("bit 2048 is outside of the target, which has 2048 bits", {target = "data_a", bits = {2048}})
rejected("nbits is 65, but no word of 8 bytes of the target has so many bits", {target = "data_a", nbits = 65})
rejected("nbits is 17, but no word of 8 bytes", {target = {"data_a", size = 2}, nbits = 17})
rejected("nbits is 33, but the target has 32 words of 8 bytes", {target = "data_a", layout = "column", nbits = 33})
rejected("nbits is 9, but the target has 8 bits", {target = {"data_a", size = 1}, layout = "anywhere", nbits = 9})
rejected("layout must be one of adjacent, scattered, column, anywhere, not row", {target = "data_a", layout = "row"})
rejected("access must be one of read, write, not exec", {target = "data_a", access = "exec"})
rejected("nosuch", {target = "data_a", code = "nosuch"})

-- When compute_a has stored half of its numbers, before it reads any of them
local in_a = mbu_memory.arm{
    target = "data_a", bits = {15, 16}, word = 4, access = "write", accesses = 31, name = "in a",
}

-- Behind the comparison nobody reads them any more
local function behind(name, opts)
    opts.code, opts.name, opts.target = "print", name, opts.target or "data_b"
    return mbu_memory.arm(opts)
end
local adjacent = behind("adjacent", {nbits = 5, word = 4})
local scattered = behind("scattered", {nbits = 3, layout = "scattered"})
local column = behind("column", {nbits = 3, layout = "column"})
local anywhere = behind("anywhere", {nbits = 40, layout = "anywhere"})
local one_word = behind("one word", {target = "data_b+4", word = 4, nbits = 32})
local unread = mbu_memory.arm{target = "data_b", accesses = 64}
local late = mbu_memory.arm{target = "data_b", code = "handle_irq", name = "late"}

local function neighbours(list, step)
    for i = 2, #list do
        if list[i] - list[i - 1] ~= step then
            return false
        end
    end
    return true
end

check.at_exit(function()
    check.eq(in_a:report(), "in a: 1 fault: bits 15,16 of data_a (detected by SECDED)", "report")
    check.eq(in_a.injected, 1, "one upset, whatever the number of bits")

    check.eq(#adjacent.words, 1, "one word")
    check.eq(#adjacent.words[1].bits, 5, "five bits of it")
    check.ok(neighbours(adjacent.words[1].bits, 1), "side by side")
    check.eq(adjacent.words[1].address % 4, 0, "an aligned word")
    check.ok(adjacent.words[1].bits[5] < 32, "of 32 bits")
    check.ok(adjacent:report():find("(beyond SECDED)", 1, true), adjacent:report())

    check.eq(#scattered.words, 1, "scattered: one word")
    check.eq(#scattered.words[1].bits, 3, "scattered: three bits")

    check.eq(#column.words, 3, "column: three words")
    local addresses, bits = {}, {}
    for i, word in ipairs(column.words) do
        addresses[i], bits[i] = word.address, word.bits[1]
        check.eq(#word.bits, 1, "column: a bit of each")
        check.eq(word.secded, "corrected by SECDED", "column: a bit is corrected")
    end
    check.ok(neighbours(addresses, 8) and neighbours(bits, 0), "column: the same bit of neighbours")

    local total, words = 0, #anywhere.words
    for _, word in ipairs(anywhere.words) do
        total = total + #word.bits
    end
    check.eq(total, 40, "anywhere: all bits")
    check.ok(words > 4, "anywhere: in several words")
    check.ok(anywhere:report():find(("%d more words"):format(words - 4), 1, true), anywhere:report())

    check.eq(one_word.words[1].address, (fi.symbol("data_b")) + 4, "symbol and offset: a word")
    check.eq(unread:report(), "mbu_memory: no fault was injected", "there are but 64 loads")
    check.eq(late.injected, 0, "there is no interrupt")
end)
