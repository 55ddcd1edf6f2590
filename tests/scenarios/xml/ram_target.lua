-- SPDX-License-Identifier: GPL-2.0-or-later
-- target RAM: as many bytes as size says, 8 by default, at a virtual address; a value that is wider is cut.
--! guest: memory
--! stdout-re: ^sum 0x
--! stdout: cell+0 0x33333333222200fe
--! stdout: cell+8 0x444444444444beef
--! stdout: cell+16 0x5555555589abcdef
--! stdout: cell+24 0x0123456789abcdef
--! stdout: cell+32 0x7777777777777777
--! stdout: cell+40 0x8888888888888888
--! stdout: cell+48 0x9999999999999999
--! stdout: cell+56 0x00000000000000aa
--! journal-count: fault 4

local faults = {}
for offset, store in pairs{
    [0] = 'size="1" fault_data="0x12fe"', [8] = 'size="2" fault_data="0xbeef"',
    [16] = 'size="4" fault_data="0x0123456789abcdef"', [24] = 'fault_data="0x0123456789abcdef"',
} do
    faults[#faults + 1] = ('<Fault trigger_condition="%d" target="RAM" target_data="0x%x" %s/>'):format(
        fi.symbol("use_alias"), fi.symbol("cell") + offset, store)
end
fi.xml.load("<Faults>\n" .. table.concat(faults, "\n") .. "\n</Faults>")
