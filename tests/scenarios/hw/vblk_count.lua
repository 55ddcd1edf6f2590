-- SPDX-License-Identifier: GPL-2.0-or-later
-- How many requests fail, and which: two reads; a fault of writes leaves reads alone, and a count of 0 takes it back.
--! guest: vblk
--! tiers: patched
--! requires: device_fault
--! nondeterministic: the disk answers when the host gets to it
--! stdout: virtio-blk version 2
--! stdout: read 0: status 0 data 0x00000000
--! stdout: read 1: status 1 data 0xffffffff
--! stdout: read 2: status 1 data 0xffffffff
--! stdout: read 3: status 0 data 0x00000000
--! stdout: reset
--! stdout: read 4: status 0 data 0x00000000
--! journal-count: {"kind":"fault","action":"device_fault"} 4

on_pc("before_read", function()
    if cpu.w0 == 0 then
        fi.device.fault("virtio-blk-device", "io_error", {op = "write"})
    elseif cpu.w0 == 1 then
        fi.device.fault("virtio-blk-device", "io_error", {op = "read", count = 2})
    elseif cpu.w0 == 3 then
        fi.device.fault("virtio-blk-device", "hang", {count = 5})
        fi.device.fault("virtio-blk-device", "hang", {count = 0})
    end
end)
