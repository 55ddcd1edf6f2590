-- SPDX-License-Identifier: GPL-2.0-or-later
-- An I/O error of the virtio-blk device: the third request has status 1, nothing is read, the others are well.
--! guest: vblk
--! nondeterministic: QEMU completes block requests when the host gets to it
--! tiers: patched
--! requires: device_fault
--! nondeterministic: the disk answers when the host gets to it
--! stdout: virtio-blk version 2
--! stdout: read 0: status 0 data 0x00000000
--! stdout: read 1: status 0 data 0x00000000
--! stdout-re: ^read 2: status 1 data 0x
--! stdout: read 3: status 0 data 0x00000000
--! stdout: reset
--! stdout: read 4: status 0 data 0x00000000
--! journal: {"kind":"fault","action":"device_fault"}
--! journal-count: fault 1

on_pc("before_read", function()
    if cpu.w0 == 2 then
        fi.device.fault("virtio-blk-device", "io_error", {})
    end
end)
