-- SPDX-License-Identifier: MIT
-- fi.scenarios.mbu_memory: a multiple bit upset in a data structure. Described in docs/scenarios.md.

local options = require "fi.options"
local scenario = require "fi.scenario"

local BITS_PER_BYTE <const> = 8
local LISTED_WORDS <const> = 4      -- in the report

-- What an error-correcting code of the usual kind (single error correction, double error detection) makes of a word
local SECDED <const> = {"corrected by SECDED", "detected by SECDED"}
local BEYOND_SECDED <const> = "beyond SECDED"

---------------------------------------------------------------------------------------------------------------------
-- Which bits: numbers from the lowest bit of the target's first byte. Words are those of the memory, so aligned.

-- The words that have at least n bits of the target; of the first and the last one it may have a part only.
local function words_with(n, address, size, word)
    local first, last = address // word, (address + size - 1) // word
    local function bits_in(index)
        local lo = math.max(index * word, address)
        local hi = math.min((index + 1) * word, address + size)
        return (lo - address) * BITS_PER_BYTE, (hi - lo) * BITS_PER_BYTE
    end
    while first <= last and select(2, bits_in(first)) < n do
        first = first + 1
    end
    while last > first and select(2, bits_in(last)) < n do
        last = last - 1
    end
    if first > last then
        error(("nbits is %d, but no word of %d bytes of the target has so many bits"):format(n, word))
    end
    return first, last, bits_in
end

local LAYOUTS <const> = {
    adjacent = function(n, address, size, word)
        local first, last, bits_in = words_with(n, address, size, word)
        local start, width = bits_in(fi.rng(first, last))
        local bits = {start + fi.rng(0, width - n)}
        for i = 2, n do
            bits[i] = bits[i - 1] + 1
        end
        return bits
    end,
    scattered = function(n, address, size, word)
        local first, last, bits_in = words_with(n, address, size, word)
        local start, width = bits_in(fi.rng(first, last))
        local bits = options.random_bits(n, width)
        for i, bit in ipairs(bits) do
            bits[i] = start + bit
        end
        return bits
    end,
    column = function(n, _, size, word)
        local words = size // word
        if words < n then
            error(("nbits is %d, but the target has %d words of %d bytes"):format(n, words, word))
        end
        local bits = {fi.rng(0, words - n) * word * BITS_PER_BYTE + fi.rng(0, word * BITS_PER_BYTE - 1)}
        for i = 2, n do
            bits[i] = bits[i - 1] + word * BITS_PER_BYTE
        end
        return bits
    end,
    anywhere = function(n, _, size)
        if size * BITS_PER_BYTE < n then
            error(("nbits is %d, but the target has %d bits"):format(n, size * BITS_PER_BYTE))
        end
        return options.random_bits(n, size * BITS_PER_BYTE)
    end,
}

local function choose(p, address, size)
    if not p.bits then
        return LAYOUTS[p.layout](p.nbits, address, size, p.word)
    end
    for _, bit in ipairs(p.bits) do
        if bit >= size * BITS_PER_BYTE then
            error(("bit %d is outside of the target, which has %d bits"):format(bit, size * BITS_PER_BYTE))
        end
    end
    return table.move(p.bits, 1, #p.bits, 1, {})
end

---------------------------------------------------------------------------------------------------------------------

-- {address =, bits =, secded =} for each word concerned, in ascending order; bits as numbers in the word
local function by_word(bits, address, word)
    table.sort(bits)
    local list = {}
    for _, bit in ipairs(bits) do
        local at = address + bit // BITS_PER_BYTE
        local base = at // word * word
        local last = list[#list]
        if not last or last.address ~= base then
            last = {address = base, bits = {}}
            list[#list + 1] = last
        end
        last.bits[#last.bits + 1] = (at - base) * BITS_PER_BYTE + bit % BITS_PER_BYTE
    end
    for _, one in ipairs(list) do
        one.secded = SECDED[#one.bits] or BEYOND_SECDED
    end
    return list
end

-- Only the bytes concerned are written: the rest of a word may be no part of the target.
local function flip_word(space, one, total)
    local first = one.bits[1] // BITS_PER_BYTE
    local last = one.bits[#one.bits] // BITS_PER_BYTE
    local bytes = {fi[space]:read(one.address + first, last - first + 1):byte(1, -1)}
    local moved = {}
    for i, bit in ipairs(one.bits) do
        local index = bit // BITS_PER_BYTE - first + 1
        bytes[index] = bytes[index] ~ 1 << bit % BITS_PER_BYTE
        moved[i] = bit - first * BITS_PER_BYTE
    end
    fi[space]:write(one.address + first, string.char(table.unpack(bytes)), {
        model = "bit-flip", duration = "transient", upset = total > 1 and "MBU" or "SEU",
        bits = table.concat(moved, ","),
    })
end

local function text_of(words)
    local list = {}
    for i = 1, math.min(#words, LISTED_WORDS) do
        local one = words[i]
        list[i] = ("bit%s %s of %s (%s)"):format(#one.bits > 1 and "s" or "", table.concat(one.bits, ","),
                                                 scenario.at(one.address), one.secded)
    end
    if #words > LISTED_WORDS then
        list[#list + 1] = ("%d more words"):format(#words - LISTED_WORDS)
    end
    return table.concat(list, "; ")
end

---@type fi.scenarios.mbu_memory
local mbu_memory = scenario.define{
    name = "mbu_memory",
    purpose = "Several bits of a data structure flip at once: the multiple bit upset (MBU) that one particle causes in "
        .. "neighbouring memory cells. In one word, two are what SECDED detects and three more than it is made for.",
    healthy = "A guest that checks its data (a checksum, a copy, a plausible range) notices it. One that relies on the "
        .. "memory's error correction goes on with wrong data.",
    parameters = {
        {name = "target", type = "place",
         text = "the structure: an object, a range, or an address, which is one word; virtual, as the vCPU sees it"},
        {name = "phys", type = "boolean", default = false, text = "target is a physical address"},
        {name = "nbits", type = "integer", default = 2, least = 1, text = "how many bits flip, chosen by the seed"},
        {name = "layout", type = "choice", default = "adjacent",
         values = {"adjacent", "scattered", "column", "anywhere"},
         text = "adjacent: neighbouring bits of one word; scattered: any bits of one word; column: the same bit of "
             .. "neighbouring words, as in memory that interleaves its words; anywhere: any bits of the target"},
        {name = "word", type = "integer", default = 8, least = 1, text = "bytes of a word that has its own check bits"},
        {name = "bits", type = "bits", optional = true,
         text = "these bits, from the lowest one of the first byte; then nbits and layout do not count"},
        scenario.beginning("code"), scenario.beginning("calls"), scenario.beginning("delay_ns"),
        {name = "access", type = "choice", values = {"read", "write"}, optional = true,
         text = "from then on wait for the next load from the target, or store to it: the bits flip right behind it; "
             .. "default: read if neither code nor delay_ns is given, else do not wait"},
        {name = "accesses", type = "integer", default = 0, least = 0, text = "such accesses that are let pass before"},
        scenario.counting("vcpu", "el"),
    },
    arm = function(p, fault)
        local space = p.phys and "phys" or "mem"
        local address, size = scenario.extent(p.target, p.word)
        if address then
            -- Bits that the target has not are found now
            choose(p, address, size)
        end
        local access = p.access or not p.code and p.delay_ns == 0 and "read" or nil
        local flip = fault:guard(function()
            if not address then
                address, size = scenario.extent(p.target, p.word)
            end
            local words = by_word(choose(p, address, size), address, p.word)
            local total = 0
            for _, one in ipairs(words) do
                total = total + #one.bits
            end
            for _, one in ipairs(words) do
                flip_word(space, one, total)
            end
            fault.words = words
            fault:hit("%s", text_of(words))
        end)
        fault:begin(p, function()
            if not access then
                flip()
                return
            end
            local opts = {
                name = p.name, vcpu = p.vcpu, el = p.el, after = p.accesses, limit = 1, phys = p.phys or nil,
            }
            local place = address and {address, size = size} or p.target
            fault:owns((access == "read" and fi.on_read or fi.on_write)(place, opts, flip))
        end)
    end,
}

return mbu_memory
