-- SPDX-License-Identifier: GPL-2.0-or-later
-- On a QEMU without extensions a document that needs them is refused whole, and the message names line and capability.
--! guest: checksum
--! opt: stock=on
--! stdout: checksum 0xdc92167d
--! checks: 7

local check = require "fi.check"

local ok = '<Fault trigger_condition="1" target="CPU_REG" target_data="1" fault_data="1"/>\n'
local armed = #fi.triggers()
for attributes, wanted in pairs{
    ['trigger="PC" target="EXCP" target_data="24"'] = "xml:2: attribute target: EXCP needs the capability 'exception'",
    ['target="CUSTOM" fault_name="smmu_gerror_cmdq" fault_data="1"'] =
        "xml:2: attribute target: CUSTOM needs the capability 'device_fault'",
    ['trigger="TIMER" target="IRQ" target_data="1"'] = "xml:2: at_ns needs the capability 'timers'",
} do
    local done, message = pcall(fi.xml.load, "<a>" .. ok .. '<Fault trigger_condition="1" ' .. attributes .. "/></a>")
    check.eq(done, false, "refused")
    check.ok(tostring(message):find(wanted, 1, true), tostring(message))
end
check.eq(#fi.triggers(), armed, "nothing is left")
