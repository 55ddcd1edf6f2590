-- SPDX-License-Identifier: GPL-2.0-or-later
-- trigger TIMER: once, at that virtual time, on the vCPU that cpu names; here 20 ms, when the guest waits.
--! guest: vtime
--! smp: 2
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 7 after [0-9]+ ticks$
--! stdout: 1 changes
--! journal-count: fault 1
--! journal: {"kind":"trigger","name":"at_ns 20000000","hits":1,"fired":1}

fi.xml.load(([[
<Fault trigger="TIMER" trigger_condition="20000000"
       target="RAM" target_data="0x%x" size="4" fault_data="7"/>
]]):format(fi.symbol("marker")))
