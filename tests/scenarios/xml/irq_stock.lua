-- SPDX-License-Identifier: GPL-2.0-or-later
-- target IRQ on a QEMU without extensions: by the interrupt controller's registers.
--! guest: interrupts
--! machine: virt,gic-version=3
--! opt: stock=on
--! stdout: gic v3 cores 1
--! stdout: core 0: 5x1 27x1 33x1 40x1
--! stdout: handled 4 of 4
--! journal-count: {"kind":"fault","action":"irq"} 2

local place = fi.symbol("before_wait")
fi.xml.load((([[
<Faults>
  <Fault trigger_condition="PC" target="RAM" target_data="EXPECTED" size="4" fault_data="4"/>
  <Fault trigger_condition="PC" target="IRQ" target_data="8" fault_data="1"/>
  <Fault trigger_condition="PC" target="IRQ" target_data="5" irq_type="SGI" fault_data="1"/>
</Faults>
]]):gsub("%u+", {PC = place, EXPECTED = (fi.symbol("expected"))})))
