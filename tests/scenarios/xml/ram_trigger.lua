-- SPDX-License-Identifier: GPL-2.0-or-later
-- trigger RAM: an access at that very address, load or store. Without a target it is the target; store64 and load64 are at
-- cell+8, where loads of other addresses do not matter (the quadword at +0 is not loaded at +8).
--! guest: memory
--! stdout-re: ^sum 0x
--! stdout: cell+0 0x3333333322220011
--! stdout: cell+8 0x00000000deadbeef
--! stdout: cell+16 0x5555555555555555
--! stdout: cell+24 0x6666666666666666
--! stdout: cell+32 0x7777777777777777
--! stdout: cell+40 0x8888888888888888
--! stdout: cell+48 0x9999999999999999
--! stdout: cell+56 0x00000000000000bb
--! journal: {"kind":"fault","at":"store64","action":"write_memory","old":"0x4444444444444444","new":"0xdeadbeef"}
--! journal: {"kind":"fault","at":"load64","action":"write_memory","old":"0xdeadbeef","new":"0xdeadbeef"}

local cell = fi.symbol("cell")
fi.xml.load(([[
<Faults>
  <Fault trigger="RAM" trigger_condition="0x%x" fault_data="0xdeadbeef"/>
  <Fault trigger="RAM" trigger_condition="0x%x" target="RAM" target_data="0x%x" size="1" fault_data="0xbb"/>
  <Fault trigger="RAM" trigger_condition="0x%x" target="RAM" target_data="0x%x" size="1" fault_data="0xcc"/>
</Faults>
]]):format(cell + 8, cell + (1 << 32) + 56, cell + 56, cell + 9, cell + 57))
