-- SPDX-License-Identifier: GPL-2.0-or-later
-- trigger TIMER, sent when its time has passed: the fault comes at once.
--! guest: vtime
--! tiers: patched
--! requires: timers
--! stdout-re: ^marker 7 after [0-9]+ ticks$
--! stdout: 1 changes
--! journal-count: fault 1

on_pc("begin_wait", function()
    fi.xml.load(([[
<Fault trigger="TIMER" trigger_condition="1" target="RAM" target_data="0x%x" size="4" fault_data="7"/>
]]):format(fi.symbol("marker")))
end)
