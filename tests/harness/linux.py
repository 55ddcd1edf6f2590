# SPDX-License-Identifier: GPL-2.0-or-later
"""The Linux guest: what QEMU needs for it besides the machine, and what its console says."""
import pathlib
import struct

import qemu

GUEST = "linux"

# /dev/mem reaches devices that have a driver, and a panic ends QEMU (-no-reboot, unless the scenario reboots).
APPEND = "console=ttyAMA0 iomem=relaxed panic=-1 printk.time=0 printk.devkmsg=on"

# How the guest's init marks the lines of the scenario's own script
OWN = "test: "

SECTOR = 512
SECTORS = 8192


def missing(config):
    """Why there is no Linux to boot; None if there is one."""
    if not config.linux:
        return "no Linux to boot was given (--linux)"
    directory = pathlib.Path(config.linux)
    if all((directory / name).is_file() for name in ("kernel", "initrd")):
        return None
    try:
        return (directory / "missing").read_text(encoding="utf-8").strip()
    except OSError:
        return f"no Linux in {directory}: ./fi setup gets it"


def kernel(config):
    return pathlib.Path(config.linux) / "kernel"


def disk_content():
    """Each sector is its number, again and again."""
    return b"".join(struct.pack("<I", sector) * (SECTOR // 4) for sector in range(SECTORS))


def arguments(config, scenario, directory):
    """QEMU's arguments for the Linux guest, and the files that they name."""
    script = directory / "test.sh"
    script.write_text("".join(line + "\n" for line in scenario.shell), encoding="utf-8")
    return [
        "-initrd", str(pathlib.Path(config.linux) / "initrd"),
        # Without KASLR no address changes from run to run
        "-append", " ".join([APPEND, *([] if scenario.kaslr else ["nokaslr"]), *scenario.append]),
        *([] if scenario.reboots else ["-no-reboot"]), "-rtc", "base=2026-01-01T00:00:00,clock=vm",
        "-fw_cfg", f"name=opt/org.fi_lua/test,file={qemu.escape(script)}",
        *(disk_arguments(directory) if scenario.disk else []),
    ]


def disk_arguments(directory):
    """The guest may write to its disk, so each run has its own."""
    disk = directory / "disk"
    disk.write_bytes(disk_content())
    return [
        "-drive", f"file={qemu.escape(disk)},format=raw,if=none,id=disk",
        # Behind the SMMU
        "-device", "virtio-blk-pci,id=blk,drive=disk,iommu_platform=on,disable-legacy=on",
    ]


def is_noise(line):
    """The kernel says much that no scenario is about; what the scenario's script prints must all be expected."""
    return not line.startswith(OWN)
