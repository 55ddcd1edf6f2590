-- SPDX-License-Identifier: GPL-2.0-or-later
-- A request that never completes: the driver gives up on it, resets the device, and the device works again.
--! guest: vblk
--! nondeterministic: QEMU completes block requests when the host gets to it
--! tiers: patched
--! requires: device_fault
--! nondeterministic: the disk answers when the host gets to it
--! stdout: virtio-blk version 2
--! stdout: read 0: status 0 data 0x00000000
--! stdout: read 1: pending
--! stdout: reset
--! stdout: read 4: status 0 data 0x00000000
--! journal: {"kind":"fault","action":"device_fault"}
--! journal-count: fault 1

on_pc("before_read", function()
    if cpu.w0 == 1 then
        fi.device.fault("virtio-blk-device", "hang", {})
    end
end)
