# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The Linux that ./fi test linux and ./fi run --linux boot: Debian's arm64 kernel, and an initramfs of ours with Debian's busybox.
#
# LINUX_DIR holds
#   packages/        the two Debian packages, and apt's lists of that architecture
#   kernel, initrd   what QEMU is given
#   made             key of what these two were last made from
#   missing          why there are none, for the tests to say

# The cloud flavour has built in what the tests need (SMMUv3, PL011, PL031, PCIe) and its package is a third of the
# generic one's. What is a module in it, or in one of the releases: see LINUX_MODULES.
LINUX_PACKAGE=linux-image-cloud-arm64
LINUX_MODULES="virtio_pci virtio_blk qemu_fw_cfg"
LINUX_HINT="./fi doctor says more; once it can be had, ./fi run gets it"

# linux_apt DIR TOOL ARGUMENTS...: apt for arm64, by sources and lists in DIR; the machine's own are not touched
linux_apt() {
    local dir="$1" tool="$2"
    shift 2
    (cd "$dir" && "$tool" -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::status=/dev/null \
        -o "Dir::Etc::sourcelist=$dir/debian.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$dir/lists" \
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root -o Acquire::Languages=none "$@")
}

# linux_fetch_from MIRROR RELEASE DIR: the packages by this release's index, which apt checks by Debian's keys
linux_fetch_from() {
    local log="$FI_CACHE/linux-apt.log" kernel
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $1 $2 main" >"$3/debian.list"
    run_logged "$log" linux_apt "$3" apt-get update || return 1
    # The package of this name is empty and depends on the one of the release's present version
    kernel=$(linux_apt "$3" apt-cache show --no-all-versions "$LINUX_PACKAGE" 2>/dev/null |
        sed -n 's/^Depends: *\(linux-image-[^ ,]*\).*/\1/p')
    if [ -z "$kernel" ]; then
        say "$2 at $1 has no $LINUX_PACKAGE"
        return 1
    fi
    run_logged "$log" linux_apt "$3" apt-get download "$kernel" busybox-static
}

# linux_fetch: sets linux_problem where it fails
linux_fetch() {
    local mirrors mirror release dir="$LINUX_DIR/packages"
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        linux_problem="this is not a Debian machine"
        return 1
    fi
    mirrors=$(debian_mirrors)
    release=$(release_codename)
    linux_problem="apt's configuration names no Debian mirror"
    for mirror in $mirrors; do
        say "getting Debian's arm64 kernel for the tests, 30 MiB, from the Debian mirror that apt uses"
        rm -rf "$dir" "$dir.new"
        mkdir -p "$dir.new/lists/partial" || return 1
        if linux_fetch_from "$mirror" "$release" "$dir.new"; then
            rm -rf "$dir.new/lists" "$dir.new/debian.list"
            mv "$dir.new" "$dir" && return 0
        fi
        linux_problem="the Debian mirror did not give the arm64 packages of $release"
    done
    rm -rf "$dir.new"
    return 1
}

# linux_key: changes whenever the initramfs would
linux_key() {
    { cat "$FI_ROOT/tools/setup/initramfs.py" "$FI_ROOT/tests/linux/init" &&
        echo "$LINUX_MODULES" && (cd "$LINUX_DIR/packages" && echo *.deb); } | short_hash
}

# linux_make: kernel and initrd from the packages
linux_make() {
    local tree="$LINUX_DIR/tree" package
    rm -rf "$tree"
    mkdir -p "$tree" || return 1
    for package in "$LINUX_DIR"/packages/*.deb; do
        dpkg-deb -x "$package" "$tree" || return 1
    done
    mv "$tree"/boot/vmlinuz-* "$LINUX_DIR/kernel" || return 1
    # shellcheck disable=SC2086 # a list of words
    python3 "$FI_ROOT/tools/setup/initramfs.py" "$tree" "$FI_ROOT/tests/linux/init" "$LINUX_DIR/initrd" $LINUX_MODULES || return 1
    rm -rf "$tree"
}

linux_is_fetched() {
    set -- "$LINUX_DIR"/packages/*.deb
    [ $# = 2 ]
}

linux_is_made() {
    [ -f "$LINUX_DIR/kernel" ] && [ -f "$LINUX_DIR/initrd" ] && linux_is_fetched &&
        [ "$(first_line "$LINUX_DIR/made")" = "$(linux_key)" ]
}

linux_is_missing() {
    rm -f "$LINUX_DIR/kernel" "$LINUX_DIR/initrd"
    write_file "$LINUX_DIR/missing" "$1"
    say "$1; ./fi test skips the tests that boot Linux"
}

# ensure_linux: where it cannot be had, the tests that want it are skipped
ensure_linux() {
    linux_is_made && return 0
    lock "$LINUX_DIR"
    # Another ./fi may have done it while this one waited
    linux_is_made && unlock && return 0
    rm -f "$LINUX_DIR/made"
    if ! linux_is_fetched && ! linux_fetch; then
        linux_is_missing "no arm64 kernel: $linux_problem"
    elif ! linux_make; then
        linux_is_missing "the packages in $LINUX_DIR/packages could not be made into a kernel and an initramfs"
    else
        rm -f "$LINUX_DIR/missing"
        write_file "$LINUX_DIR/made" "$(linux_key)"
    fi
    unlock
}
