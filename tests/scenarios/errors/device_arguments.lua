-- SPDX-License-Identifier: GPL-2.0-or-later
-- fi.device.fault: devices, faults, parameters and values that there are not: errors that name them, and what there is.
--! guest: smmu
--! tiers: patched
--! requires: device_fault
--! stdout: smmu cr0ack 0xc irq_ctrlack 0x5
--! stdout-any
--! stdout: interrupts event 0 sync 0 gerror 0, gerror 0x0 gerrorn 0x0
--! journal-count: {"kind":"log","text":"~^rejected: "} 7
--! journal-count: fault 0

local function rejected(words, fn, ...)
    local ok, message = pcall(fn, ...)
    assert(not ok, words[1] .. ": accepted")
    for _, word in ipairs(words) do
        assert(tostring(message):find(word, 1, true), string.format("%q does not say %q", tostring(message), word))
    end
    fi.log("rejected: %s", message)
end

on_pc("before_batch", {limit = 1}, function()
    rejected({"nosuch"}, fi.device.fault, "nosuch", "cmdq", {})
    rejected({"smmuv3", "nosuch", "cmdq"}, fi.device.fault, "smmuv3", "nosuch", {})
    rejected({"error"}, fi.device.fault, "smmuv3", "cmdq", {})
    rejected({"eror", "error"}, fi.device.fault, "smmuv3", "cmdq", {eror = "illegal"})
    rejected({"ilegal", "illegal"}, fi.device.fault, "smmuv3", "cmdq", {error = "ilegal"})
    rejected({"error"}, fi.device.fault, "smmuv3", "cmdq", {error = 1})
    rejected({"pl031"}, fi.device.fault, "pl031", "cmdq", {})
end)
