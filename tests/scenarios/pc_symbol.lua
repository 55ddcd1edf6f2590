-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_pc with symbols and offsets of either sign: each of four triggers at the same instruction flips another bit.
--! guest: checksum
--! stdout: checksum 0xdc921672
--! journal: {"kind":"fault","trigger":"plain","old":"0xdc92167d","new":"0xdc92167c"}
--! journal: {"kind":"fault","trigger":"up","new":"0xdc92167e"}
--! journal: {"kind":"fault","trigger":"down","new":"0xdc92167a"}
--! journal: {"kind":"fault","trigger":"hexadecimal","new":"0xdc921672"}
--! journal-count: fault 4

local function flip(bit)
    return function() cpu.w2 = cpu.w2 ~ (1 << bit) end
end

on_pc("checksum_done", {name = "plain"}, flip(0))
on_pc("checksum+24", {name = "up"}, flip(1))
on_pc("checksum_return-4", {name = "down"}, flip(2))
on_pc("checksum+0x18", {name = "hexadecimal"}, flip(3))
