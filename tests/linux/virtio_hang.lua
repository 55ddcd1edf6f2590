-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A write to the disk never ends: the program that waits for it is stuck, and after a second the kernel says so. What
-- others read is right.

--! guest: linux
--! disk
--! requires: mmio device_fault
--! sh: echo 1 >/proc/sys/kernel/hung_task_timeout_secs
--! sh: fault 1
--! sh: dd if=/dev/zero of=/dev/vda bs=4k count=1 conv=fsync >/dev/null 2>&1 &
--! sh: sleep 4
--! stdout-re: ^INFO: task dd:\d+ blocked for more than 1 seconds\.$
--! sh: awk '{print $3}' /proc/$!/stat
--! stdout: test: D
--! sh: dd if=/dev/vda bs=4k skip=1 count=1 iflag=direct 2>/dev/null | od -An -tx4 -N4
--! stdout: test:  00000008
--! journal-count: {"kind":"fault","action":"device_fault","target":"~blk"} 1

on_mmio_write(0x09030000, function()
    fi.device.fault("virtio-blk-device", "hang", {op = "write"})
end)
