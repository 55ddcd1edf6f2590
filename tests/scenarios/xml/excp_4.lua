-- SPDX-License-Identifier: GPL-2.0-or-later
-- target EXCP, QEMU's number 4: taken before the instruction at the PC, which executes on return.
--! guest: exc
--! tiers: patched
--! requires: exception set_pc
--! stdout: start el1, running at el1
--! stdout: unmasked: end, 0 exceptions
--! stdout: masked: isr 0x0
--! stdout: masked: sync el1 to el1 esr 0x96000650 far 0x0 elr unmask+0x8
--! stdout: masked: end, 1 exceptions
--! stdout: wfi: end, 0 exceptions
--! stdout: el0: end, 0 exceptions
--! journal-count: fault 1

fi.xml.load(([[
<Fault trigger="PC" trigger_condition="%d" target="EXCP" target_data="4" fault_data="0x96000250"/>
]]):format(fi.symbol("unmask_point")))
