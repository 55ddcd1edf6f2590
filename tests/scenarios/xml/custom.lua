-- SPDX-License-Identifier: GPL-2.0-or-later
-- target CUSTOM: an error of the SMMU's command queue, before each of its batches; the guest acknowledges it.
--! guest: smmu
--! tiers: patched
--! requires: device_fault
--! stdout: smmu cr0ack 0xc irq_ctrlack 0x5
--! stdout-re: ^gerror 0x1 gerrorn 0x0 cons.err 1 at 0 command 0x
--! stdout-any
--! stdout-re: gerror 4, gerror
--! journal-count: {"kind":"fault","action":"device_fault","target":"~smmu.* cmdq$","info":{"error":"illegal"}} 4

fi.xml.load(([[
<Fault trigger_condition="%d" target="CUSTOM" fault_name="smmu_gerror_cmdq" target_data="0x09050000" fault_data="1"/>
]]):format(fi.symbol("before_batch")))
