-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_pc with an address: bit 3 of the checksum flips before it is returned, 0xdc92167d ~ 8.
--! guest: checksum
--! stdout: checksum 0xdc921675
--! journal-count: fault 1
--! journal: {"kind":"fault","vcpu":0,"at":"checksum+0x18","hit":1,"action":"write_register","target":"w2","old":"0xdc92167d","new":"0xdc921675"}
--! journal: {"kind":"trigger","type":"pc","hits":1,"fired":1,"errors":0,"state":"active"}
--! journal: {"kind":"end","reason":"qemu","code":null,"faults":1}

local address = fi.symbol("checksum_done")

on_pc(address, function(ev)
    assert(ev.pc == address and ev.vcpu == 0 and ev.kind == "pc")
    cpu.w2 = cpu.w2 ~ 8
end)
