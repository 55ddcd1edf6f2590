-- SPDX-License-Identifier: GPL-2.0-or-later
-- to_lua prints a scenario that does what the document does.
--! guest: checksum
--! arg: document=@DIR@/device.xml
--! stdout: checksum 0xdc921675
--! stderr-re: ^fi_lua: -- The faults of .*/device\.xml
--! stderr-re: ^fi_lua: -- line 4
--! stderr-re: ^fi_lua: on_mmio_read\(0x9010004, function\(ev\)
--! stderr-re: ^fi_lua:   if ev\.paddr == 0x9010004 then return 0xcafef00d & \(1 << 8 \* ev\.size\) - 1 end
--! stderr-re: ^fi_lua: -- line 5
--! journal-count: fault 1

fi.xml.to_lua(fi.args.document)
local source = fi.xml.lua_of(([[
<Fault trigger_condition="%d" target="CPU_REG" target_data="2" fault_data="0xdc921675"/>
]]):format(fi.symbol("checksum_done")))
assert(load(source))()
