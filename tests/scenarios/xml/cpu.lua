-- SPDX-License-Identifier: GPL-2.0-or-later
-- cpu: the fault at the PC is that vCPU's only.
--! guest: smp
--! smp: 4
--! stdout: smp cores 4 total 4000
--! stdout: core 0 sum 0x13fb7df4
--! stdout: core 1 sum 0x5a15578c
--! stdout: core 2 sum 0x00000000
--! stdout: core 3 sum 0xe6490abc
--! journal-count: {"kind":"fault","vcpu":2} 1
--! journal-count: fault 1

-- Core 2 does the work of core 0, into the place of core 0.
fi.xml.load(('<Fault cpu="2" trigger_condition="0x%x" target="CPU_REG" target_data="0" fault_data="0"/>'):format(
    fi.symbol("work")))
