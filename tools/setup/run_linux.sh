# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./fi run --linux: the Linux of the tests. What QEMU is given is what tests/harness/linux.py gives it, but that the kernel is
# quiet until its first program runs.

LINUX_MACHINE=virt,gic-version=3,iommu=smmuv3,dtb-randomness=off
LINUX_CPU=cortex-a57
LINUX_MEMORY=512
LINUX_APPEND="console=ttyAMA0 iomem=relaxed panic=-1 printk.time=0 printk.devkmsg=on nokaslr quiet"

newline='
'

# choose_linux: whether it is the guest, by the command line or the scenario's header, and what follows from that
choose_linux() {
    [ -n "$kernel" ] || [ "$header_guest" != linux ] || linux=1
    if [ -n "$linux" ]; then
        [ -z "$kernel" ] || usage_error "run: --linux has a kernel of its own, so not with --kernel $kernel"
        machine=${machine:-${header_machine:-$LINUX_MACHINE}}
        cpu=${cpu:-${header_cpu:-$LINUX_CPU}}
        memory=$LINUX_MEMORY
    else
        [ -z "$shell" ] || usage_error "run: --sh is for --linux"
        [ -z "$disk" ] || usage_error "run: --disk is for --linux"
        [ -z "$append" ] || usage_error "run: --append is for --linux (otherwise: -- -append WORDS)"
    fi
}

# make_linux_files: the script and the disk of this run, in linux_files until fi ends
make_linux_files() {
    ensure_linux
    if [ ! -f "$LINUX_DIR/kernel" ] || [ ! -f "$LINUX_DIR/initrd" ]; then
        die "--linux: there is no Linux in $LINUX_DIR; $LINUX_HINT"
    fi
    [ -n "$shell$disk" ] || return 0
    linux_files=$(mktemp -d "${TMPDIR:-/tmp}/fi_lua-linux.XXXXXX") || die "cannot create a temporary directory"
    trap 'rm -rf "$linux_files"' EXIT
    printf '%s' "$shell" >"$linux_files/test.sh"
    [ -z "$disk" ] || make_disk "$linux_files/disk" || die "--disk: python3, which makes the disk, failed"
}

# make_disk FILE: 8192 sectors, each of them its number (32 bits, little-endian) again and again
make_disk() {
    python3 -c '
import struct, sys
with open(sys.argv[1], "wb") as disk:
    for sector in range(8192):
        disk.write(struct.pack("<I", sector) * 128)
' "$1"
}
