-- SPDX-License-Identifier: GPL-2.0-or-later
-- Events put into the SMMUv3's event queue: the records are there, with their type and stream, and the interrupt comes.
--! guest: smmu
--! tiers: patched
--! requires: device_fault
--! stdout-any
--! stdout: event 0x1200000010 0x20000000000 0xdead000 0x0
--! stdout: event 0x3400000002 0x0 0x0 0x0
--! stdout: events 2 overflows 0
--! stdout: interrupts event 1 sync 0 gerror 0, gerror 0x0 gerrorn 0x0
--! journal-count: {"kind":"fault","action":"device_fault"} 2

on_pc("before_events", function()
    mem.u32.events_expected = 2
    fi.device.fault("smmuv3", "event", {type = "f_translation", sid = 0x12, addr = 0xdead000})
    fi.device.fault("smmuv3", "event", {type = "c_bad_streamid", sid = 0x34})
end)
