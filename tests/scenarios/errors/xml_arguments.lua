-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the functions of fi.xml refuse, each with a message that says what is wrong; nothing is armed.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0xdc92167d
--! checks: 22

local check = require "fi.check"

local function refused(wanted, fn, ...)
    local ok, message = pcall(fn, ...)
    check.eq(ok, false, wanted)
    check.ok(tostring(message):find(wanted, 1, true), tostring(message))
end

local function fault(attributes)
    return "<Fault " .. attributes .. "/>"
end

local armed = #fi.triggers()
refused("fi.xml.load takes a string, not nil", function() fi.xml.load() end)
refused("fi.xml.load takes a string, not table", function() fi.xml.load("<a/>", {}) end)
refused("fi.xml.load_file takes a string, not number", function() fi.xml.load_file(1) end)
refused("fi.xml.lua_of takes a string, not boolean", function() fi.xml.lua_of(true) end)
refused("fi.xml.to_lua: /nowhere.xml: No such file", function() fi.xml.to_lua("/nowhere.xml") end)
refused("xml:1: not well-formed: Document was empty", fi.xml.load, "")
refused("xml:2: not well-formed: ", fi.xml.lua_of, "<a>\n</b>")
refused("xml:1: attribute cpu: there is no vCPU 1, the last one is 0", fi.xml.load,
    "<a>" .. fault('trigger_condition="1" target="CPU_REG" target_data="1" fault_data="1"') ..
    fault('cpu="1" trigger_condition="1" target="IRQ" target_data="1" irq_type="PPI"') .. "</a>")
refused("xml:1: unknown system register 'no_such_reg'", fi.xml.load, "<a>" ..
    fault('trigger_condition="1" target="CPU_REG" target_data="1" fault_data="1"') ..
    fault('trigger="SYS_REG" trigger_condition="no_such_reg" fault_data="1"') .. "</a>")
check.eq(#fi.triggers(), armed, "nothing is left")
check.eq(#fi.xml.load("<Faults/>"), 0, "no faults are no error")
check.ok(not fi.xml._parse and not fi.xml._max_size, "nothing internal is to be seen")
check.eq(fi.xml.lua_of("<a/>", "x\ny"), "-- The faults of x?y\n", "a name stays in its comment")
