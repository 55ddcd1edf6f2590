-- SPDX-License-Identifier: GPL-2.0-or-later
-- A document is loaded before there are devices; a place without one ends the run, with the document's line.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-empty
--! exit: 1
--! stderr-re: ^fi_lua: sent\.xml:3: on_mmio_read 0x40400000: no device is at 0x40400000

fi.xml.load([[
<Faults>
  <Fault trigger="MMIO" trigger_condition="0x09010004" fault_data="1"/>
  <Fault trigger="MMIO" trigger_condition="0x40400000" fault_data="1"/>
</Faults>
]], "sent.xml")
