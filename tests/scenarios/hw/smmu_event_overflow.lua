-- SPDX-License-Identifier: GPL-2.0-or-later
-- An overflow of the event queue: the flag in EVENTQ_PROD differs from the one in EVENTQ_CONS until it is acknowledged.
--! guest: smmu
--! tiers: patched
--! requires: device_fault
--! stdout-any
--! stdout-re: ^events [0-9]+ overflows 1$
--! stdout-re: ^interrupts event [1-9]
--! journal-count: {"kind":"fault","action":"device_fault"} 1

on_pc("before_events", function()
    mem.u32.events_expected = 1     -- so that the guest waits, for one that does not come
    fi.device.fault("smmuv3", "eventq_overflow", {})
end)
