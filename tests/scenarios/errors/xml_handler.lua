-- SPDX-License-Identifier: GPL-2.0-or-later
-- What fails when a fault is due is an error of its handler, with the document's line: nothing is mapped there.
--! guest: checksum
--! stdout: checksum 0xdc92167d
--! stderr-re: ^fi_lua: in on_pc 0x[0-9a-f]+: sent\.xml:2: .*0x500000000000
--! journal: {"kind":"error","message":"~^sent\\.xml:2: "}

fi.xml.load(([[
<Faults>
  <Fault
    trigger_condition="%d" target="RAM" target_data="0x500000000000" fault_data="1"/>
</Faults>
]]):format(fi.symbol("checksum_done")), "sent.xml")
