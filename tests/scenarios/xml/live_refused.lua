-- SPDX-License-Identifier: GPL-2.0-or-later
-- A document that cannot be armed as a whole changes nothing: what it had armed before its wrong line is taken back, and the
-- error has the line. What was loaded before stays.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x7
--! stdout-any
--! stdout: dma control 0x0
--! stdout: read32 rtc_mr 0x7
--! stdout-any
--! stdout: aborts 2
--! checks: 6

local check = require "fi.check"

fi.xml.load('<Fault trigger="MMIO" trigger_condition="0x09010004" fault_data="7"/>')

on_pc("begin_registers", function()
    local before = #fi.triggers()
    local ok, refused = pcall(fi.xml.load, [[
<Faults>
  <Fault trigger="MMIO" target_data="0x09010004" fault_data="8"/>
  <Fault trigger="TIMER" trigger_condition="9000000000000" target="IRQ" target_data="1"/>
  <Fault trigger="MMIO" target_data="0x40400000" fault_data="9"/>
</Faults>
]], "sent.xml")
    check.eq(ok, false, "refused")
    check.eq(refused.line, 4, "its line")
    check.eq(refused.attribute, nil, "no attribute")
    check.ok(tostring(refused):find("^sent%.xml:4: no device is at 0x40400000 to 0x40400000"), tostring(refused))
    check.eq(#fi.triggers(), before, "what was armed is removed")
    ok, refused = pcall(fi.xml.load, '<Fault trigger="TIMER"/>')
    check.eq(tostring(refused), 'xml:1: attribute trigger_condition: is missing; write ' ..
        'trigger_condition="the virtual time in ns"', "a missing attribute")
    assert(not ok)
end)
