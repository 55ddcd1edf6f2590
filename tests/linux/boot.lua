-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- The guest that the faults of this directory are for, without one: its SMMU has a driver, the disk is behind it, and
-- what is read from the disk is right. The plugin sees the first system call that a program makes.

--! guest: linux
--! disk
--! nondeterministic: a request ends when the host has read the disk's file
--! stdout-re: ^Linux version \d+\.\d+\.\d+\S*-cloud-arm64 .* Debian
--! stdout-re: ^arm-smmu-v3 9050000\.smmuv3: ias \d+-bit, oas \d+-bit
--! stdout-re: ^virtio-pci 0000:00:01\.0: Adding to iommu group 0
--! stdout-re: ^virtio_blk virtio0: \[vda\] 8192 512-byte logical blocks
--! sh: uname -m
--! stdout: test: aarch64
--! sh: cat /sys/block/vda/size
--! stdout: test: 8192
--! sh: sha256sum /dev/vda
--! stdout: test: d6a8c9c9a8fff1ae47c1a0d160c1629543185c29c220cdbe7723f1ca43b72e30  /dev/vda
--! stdout-re: reboot: Power down
--! journal: {"kind":"note","data":{"first":"system call"}}
--! journal-count: note 1

on_insn({mask = 0xffffffff, value = 0xd4000001}, {el = 0, limit = 1, name = "svc #0"}, function()
    fi.note({first = "system call"})
end)
