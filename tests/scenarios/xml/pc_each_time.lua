-- SPDX-License-Identifier: GPL-2.0-or-later
-- A fault at a PC comes each time, 1000 times, though the document has it twice: 2 instead of 1.
--! guest: dynamic
--! stdout: victim sum 2000
--! journal-count: fault 1000

local fault = ('<Fault trigger="PC" trigger_condition="0x%x" target="CPU_REG" target_data="0" fault_data="2"/>'):format(
    fi.symbol("victim") + 4)
assert(#fi.xml.load("<Faults>" .. fault .. fault .. "</Faults>") == 1)
