-- SPDX-License-Identifier: GPL-2.0-or-later
-- An overflow of the event queue: the flag in EVENTQ_PROD differs from the one in EVENTQ_CONS until it is acknowledged.
--! guest: smmu
--! tiers: patched
--! requires: device_fault
--! stdout-any
--! stdout: events 0 overflows 1
--! stdout: interrupts event 1 sync 0 gerror 0, gerror 0x0 gerrorn 0x0
--! journal-count: {"kind":"fault","action":"device_fault"} 1

on_pc("before_events", function()
    mem.u32.overflows_expected = 1
    fi.device.fault("smmuv3", "eventq_overflow", {})
end)
