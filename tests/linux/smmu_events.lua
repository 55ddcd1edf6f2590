-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- Events that no device has caused, and an overflow of their queue: the driver prints each and says what it lost.

--! guest: linux
--! requires: mmio device_fault
--! sh: fault 1; sleep 1; mark between
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: event 0x10 received:$
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: \t0x0000000800000010$
--! stdout: test: between
--! sh: fault 2; sleep 1; echo end
--! stdout-re: arm-smmu-v3 9050000\.smmuv3: EVTQ overflow detected -- events lost$
--! stdout: test: end
--! journal-count: {"kind":"fault","action":"device_fault"} 2

on_mmio_write(0x09030000, function(ev)
    if ev.value == 1 then
        fi.device.fault("smmuv3", "event", {type = "f_translation", sid = 8, addr = 0xdead000})
    else
        fi.device.fault("smmuv3", "eventq_overflow", {})
    end
end)
