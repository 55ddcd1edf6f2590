-- SPDX-License-Identifier: GPL-2.0-or-later
-- target MMIO: from the trigger on reads give the value, before they are the device's; a later fault has another value.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout: read16 rtc_mr 0x3344
--! stdout: read8 rtc_mr 0x44
--! stdout-any
--! stdout: read32 rtc_imsc 0x3
--! stdout-any
--! stdout: dma control 0x0
--! stdout: read32 rtc_mr 0x12345678
--! stdout-any
--! stdout: aborts 2
--! checks: 1

local check = require "fi.check"

local triggers = fi.xml.load(([[
<Faults>
  <Fault trigger_condition="0x%x" target="MMIO" target_data="0x09010004" fault_data="0x12345678"/>
  <Fault trigger_condition="0x%x" target="MMIO" target_data="0x09010010" fault_data="0x2"/>
  <Fault trigger_condition="0x%x" target="MMIO" target_data="0x09010010" fault_data="0x3"/>
</Faults>
]]):format(fi.symbol("begin_dma"), fi.symbol("begin_registers"), fi.symbol("begin_registers")))
check.eq(#triggers, 5, "two registers, three places")
