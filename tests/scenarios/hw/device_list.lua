-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.device.list: each device that declares faults, with their names, a line of help and parameters.
--! guest: smmu
--! tiers: patched
--! requires: device_fault
--! stdout-any
--! stdout: events 0 overflows 0
--! stdout-any
--! journal-count: fault 0
--! checks: 4

local check = require "fi.check"

on_machine_ready(function()
    local found = {}
    for _, device in ipairs(fi.device.list()) do
        for name, fault in pairs(device.faults) do
            found[device.type .. "." .. name] = fault
        end
    end
    local cmdq = found["arm-smmuv3.cmdq"]
    check.ok(cmdq, "the SMMU's command queue error")
    check.ok(cmdq and #cmdq.help > 0, "a line of help")
    check.ok(cmdq and cmdq.params[1].name == "error", "its parameter")
    check.ok(found["pl011.framing"], "the UART's framing error")
end)
