-- SPDX-License-Identifier: GPL-2.0-or-later
-- What the SMMUv3 cannot have happen now is an error that says why: a second error before the first is acknowledged, a field
-- that an event does not have, an event when the queue is full.
--! guest: smmu
--! tiers: patched
--! requires: device_fault
--! stdout-any
--! stdout: batch 3: prod 8 cons 8 err 1
--! stdout-any
--! stdout: events 16 overflows 0
--! stdout-any
--! journal: {"kind":"log","text":"~CMDQ_ERR is active already"}
--! journal: {"kind":"log","text":"~'f_stream_disabled' has no field 'addr'"}
--! journal: {"kind":"log","text":"~event queue is full"}
--! journal-count: log 3
--! journal-count: {"kind":"fault","action":"device_fault"} 17

local function refused(...)
    local ok, message = pcall(fi.device.fault, ...)
    assert(not ok, "accepted")
    fi.log("%s", message)
end

on_pc("before_batch", {limit = 1}, function()
    fi.device.fault("smmuv3", "cmdq", {error = "illegal"})
    refused("smmuv3", "cmdq", {error = "illegal"})
end)
on_pc("before_events", function()
    mem.u32.events_expected = 16
    refused("smmuv3", "event", {type = "f_stream_disabled", sid = 1, addr = 5})
    for sid = 1, 16 do
        fi.device.fault("smmuv3", "event", {type = "f_stream_disabled", sid = sid})
    end
    refused("smmuv3", "event", {type = "f_stream_disabled", sid = 17})
end)
