-- SPDX-License-Identifier: GPL-2.0-or-later
-- A document that is loaded while the guest runs: from the 501st call on 3 instead of 1.
--! guest: dynamic
--! stdout: victim sum 2000
--! journal-count: fault 500

on_pc("knock", function()
    fi.xml.load(('<Fault trigger_condition="0x%x" target="CPU_REG" target_data="0" fault_data="3"/>'):format(
        fi.symbol("victim") + 4))
end)
