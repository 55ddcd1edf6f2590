-- SPDX-License-Identifier: GPL-2.0-or-later
-- target IRQ: SPIs are numbered from INTID 32 on, PPIs from 16, SGIs from 0; those of a core are cpu's.
--! guest: interrupts
--! machine: virt,gic-version=3
--! smp: 2
--! tiers: patched
--! requires: irq
--! stdout: gic v3 cores 2
--! stdout: core 0: 7x1 27x1 33x1 40x1 41x1
--! stdout: core 1: 5x1 20x1 27x1
--! stdout: handled 8 of 8
--! journal: {"kind":"fault","action":"irq","info":{"op":"pulse"}}
--! journal: {"kind":"fault","action":"irq","info":{"op":"set"}}
--! journal-count: {"kind":"fault","action":"irq"} 5

local place = fi.symbol("before_wait")
fi.xml.load((([[
<Faults>
  <Fault trigger_condition="PC" target="RAM" target_data="EXPECTED" size="4" fault_data="8"/>
  <Fault trigger_condition="PC" target="IRQ" target_data="8" fault_data="1"/>
  <Fault trigger_condition="PC" target="IRQ" target_data="9" irq_type="SPI"/>
  <Fault trigger_condition="PC" target="IRQ" target_data="4" irq_type="PPI" cpu="1" fault_data="1"/>
  <Fault trigger_condition="PC" target="IRQ" target_data="5" irq_type="SGI" cpu="1" fault_data="1"/>
  <Fault trigger_condition="PC" target="IRQ" target_data="7" irq_type="SGI" fault_data="1"/>
</Faults>
]]):gsub("%u+", {PC = place, EXPECTED = (fi.symbol("expected"))})))
