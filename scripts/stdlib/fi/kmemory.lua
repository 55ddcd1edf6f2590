-- SPDX-License-Identifier: MIT
--
-- fi.kmemory: what fi.kmodules and fi.klog have in common: a running arm64 kernel's variables, also where its symbols
-- have no data. Not for scenarios.

---@class fi.kmemory
local kmemory = {}

--- An error unless the guest is AArch64 and there is such a map with these functions. Returns nothing.
---@param map string
---@param functions string[]
function kmemory.check(map, functions)
    if fi.target ~= "aarch64" then
        error("this is known of arm64 kernels only, and the guest is " .. fi.target, 0)
    end
    for _, name in ipairs(functions) do
        local found = fi.symbols.find("^" .. name .. "$", map)
        if #found == 0 then
            error(("the kernel of map '%s' has no function %s"):format(map, name), 0)
        end
    end
end

--- A string in the guest's memory, up to its NUL.
---@param bytes string
---@param at? integer
---@return string
function kmemory.text(bytes, at)
    return bytes:match("^[^\0]*", at or 1)
end

local function signed(value, bits)
    local sign = 1 << bits - 1
    return (value ~ sign) - sign
end

--- Addresses that code forms: by ADRP, what is added to that, and offsets in loads from there. Compilers put one
--- address into a register for several variables (section anchors). Encodings: Arm DDI 0487, C6.2, ADRP, ADD
--- (immediate), MOV (register), and LDR (immediate) of 64 bits in its three forms. Registers that other instructions
--- change are not followed, so some of the addresses may be wrong.
---@param code string
---@param address integer
---@return integer[]
function kmemory.addresses(code, address)
    local known, found = {}, {}
    for i = 1, #code - 3, 4 do
        local insn = string.unpack("<I4", code, i)
        local rd, rn = insn & 31, insn >> 5 & 31
        local base, at = known[rn], nil
        if insn & 0x9f000000 == 0x90000000 then -- ADRP
            local pages = signed((insn >> 5 & 0x7ffff) << 2 | insn >> 29 & 3, 21)
            known[rd] = (address + i - 1 & ~0xfff) + (pages << 12)
        elseif insn & 0xff800000 == 0x91000000 then -- ADD
            at = base and base + ((insn >> 10 & 0xfff) << (insn >> 22 & 1) * 12)
            known[rd] = at
        elseif insn & 0xffe0ffe0 == 0xaa0003e0 then -- MOV
            known[rd] = known[insn >> 16 & 31]
        elseif insn & 0xffc00000 == 0xf9400000 then -- LDR, unsigned offset
            at = base and base + 8 * (insn >> 10 & 0xfff)
            known[rd] = nil
        elseif insn & 0xffe00400 == 0xf8400400 then -- LDR, post-indexed and pre-indexed
            local moved = base and base + signed(insn >> 12 & 0x1ff, 9)
            at = insn & 0x800 ~= 0 and moved or base
            known[rd] = nil
            known[rn] = moved
        end
        found[#found + 1] = at
    end
    return found
end

--- The address of a variable for which `fits` is true: by its symbol, or where these functions use it. nil if there is
--- none.
---@param map string
---@param symbol string
---@param functions string[]
---@param fits fun(address: integer): boolean
---@return integer?
function kmemory.variable(map, symbol, functions, fits)
    local candidates = {}
    local ok, address = pcall(fi.symbol, map .. ":" .. symbol)
    if ok then
        candidates[1] = address
    end
    for _, name in ipairs(functions) do
        local known, range = pcall(fi.symbols.range, map .. ":" .. name)
        if known then
            local found = kmemory.addresses(mem:read(range[1], range[2] - range[1]), range[1])
            table.move(found, 1, #found, #candidates + 1, candidates)
        end
    end
    for _, candidate in ipairs(candidates) do
        local read, does = pcall(fits, candidate)
        if read and does then
            return candidate
        end
    end
    return nil
end

return kmemory
