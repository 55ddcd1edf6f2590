-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- A request of the disk fails: the driver reports the sector, the program gets EIO, and the next attempt is well.

--! guest: linux
--! disk
--! requires: mmio device_fault
--! sh: fault 1; dd if=/dev/vda of=/dev/null bs=4k count=1 skip=64 iflag=direct 2>&1 | grep error
--! stdout-re: ^I/O error, dev vda, sector 512 op 0x0:\(READ\)
--! stdout-re: ^test: dd: .*(Input/output|I/O) error
--! sh: sha256sum /dev/vda
--! stdout: test: d6a8c9c9a8fff1ae47c1a0d160c1629543185c29c220cdbe7723f1ca43b72e30  /dev/vda
--! journal-count: {"kind":"fault","action":"device_fault","target":"~blk|virtio"} 1

on_mmio_write(0x09030000, function()
    fi.device.fault("virtio-blk-device", "io_error", {})
end)
