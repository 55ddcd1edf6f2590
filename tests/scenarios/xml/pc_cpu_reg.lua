-- SPDX-License-Identifier: GPL-2.0-or-later
-- trigger PC (the default), target CPU_REG: x2 has what the document says when the instruction at its address executes.
--! guest: checksum
--! stdout: checksum 0xdc921675
--! journal: {"kind":"fault","at":"checksum+0x18","action":"write_register","target":"x2","new":"0xdc921675"}
--! journal-count: fault 1

local document = [[
<Faults>
  <Fault trigger_condition="%d" target="CPU_REG" target_data="2" fault_data="0xdc921675"/>
</Faults>
]]
local triggers = fi.xml.load(document:format(fi.symbol("checksum_done")))
assert(#triggers == 1 and triggers[1].kind == "pc")
