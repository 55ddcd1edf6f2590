# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# QEMU: finds one, or gets its source and builds it. ensure_qemu is the entry; it sets QEMU_BIN and QEMU_INCLUDE.
#
# What the cache holds of each version:
#   downloads/TARBALL
#   qemu-VERSION/source     the unpacked source with the series applied
#   qemu-VERSION/tarball    which tarball that source is from
#   qemu-VERSION/touched    the files that a series changed
#   qemu-VERSION/build      where it is compiled
#   qemu-VERSION/configured, built   keys of what that was last done for

PATCHES=$FI_ROOT/qemu-patches
DEVICES=$FI_ROOT/tools/setup/fi_lua.mak
POOL=pool/main/q/qemu
UPSTREAM=https://download.qemu.org
CONFIGURE_ARGS="--python=/usr/bin/python3 --target-list=aarch64-softmmu
--without-default-features --disable-download --enable-tcg --enable-system --enable-plugins --enable-fdt=system
--enable-pixman --disable-install-blobs --disable-docs --disable-werror"
DEVICE_ARGS="--with-devices-aarch64=fi_lua --without-default-devices"

# version_field VERSION COLUMN
version_field() {
    awk -F '\t' -v v="$1" -v c="$2" '$1 == v { print $c }' "$PATCHES/versions"
}

known_versions() {
    grep -v '^#' "$PATCHES/versions" | cut -f 1
}

reference_version() {
    awk -F '\t' '$6 == "reference" { print $1 }' "$PATCHES/versions"
}

# build_key VERSION: changes whenever the build would
build_key() {
    { cat "$PATCHES/v$1"/*.patch "$DEVICES" && echo "$CONFIGURE_ARGS"; } | short_hash
}

# header_dir TREE: the directory of the plugin header in a source or an installed tree
header_dir() {
    local dir
    for dir in "$1/include/plugins" "$1/include/qemu" "$1/include" "$1/plugins" "$1"; do
        if [ -f "$dir/qemu-plugin.h" ]; then
            printf '%s\n' "$dir"
            return
        fi
    done
    return 1
}

# use_qemu BINARY HEADER-DIRECTORY
#
# Up to 10.2 the plugin header is among QEMU's own, some of which are named like the C library's (ctype.h, for one). So the
# plugin's include directory is one that has this header only.
use_qemu() {
    QEMU_BIN=$1
    QEMU_INCLUDE=$FI_CACHE/include/$(printf '%s' "$2" | short_hash)
    [ "$(readlink "$QEMU_INCLUDE/qemu-plugin.h")" = "$2/qemu-plugin.h" ] && return 0
    mkdir -p "$QEMU_INCLUDE"
    ln -sfn "$2/qemu-plugin.h" "$QEMU_INCLUDE/qemu-plugin.h" || die "cannot write to $FI_CACHE"
}

### A QEMU that is there already

# source_of_build DIR: the source tree that a build tree belongs to
source_of_build() {
    sed -n 's/^SRC_PATH=//p' "$1/config-host.mak" 2>/dev/null
}

use_given_qemu() {
    local given dir binary='' header real
    given=$(absolute_path "$1")
    [ -e "$given" ] || die "FI_QEMU or --qemu names $1, which does not exist"
    if [ -d "$given" ]; then
        for dir in "$given" "$given/build"; do
            [ -x "$dir/qemu-system-aarch64" ] && binary=$dir/qemu-system-aarch64
        done
        [ -n "$binary" ] || die "FI_QEMU or --qemu names $1, which has no qemu-system-aarch64 in it, nor in build/"
    else
        [ -x "$given" ] || die "FI_QEMU or --qemu names $1, which is not a program"
        binary=$given
    fi
    if [ -n "${FI_QEMU_INCLUDE-}" ]; then
        header=$(header_dir "$(absolute_path "$FI_QEMU_INCLUDE")") ||
            die "FI_QEMU_INCLUDE names $FI_QEMU_INCLUDE, which has no qemu-plugin.h in it, nor in plugins/ or qemu/"
    else
        real=$(readlink -f -- "$binary")
        header=$(header_dir "$(source_of_build "${real%/*}")" 2>/dev/null) ||
            header=$(header_dir "${real%/*}/..") ||
            die "no qemu-plugin.h found for $binary: set FI_QEMU_INCLUDE to the directory that has it"
    fi
    "$binary" --version >/dev/null 2>&1 || die "$binary does not run: $("$binary" --version 2>&1 | head -n 1)"
    use_qemu "$binary" "$header"
}

### Source

# top_of TARBALL: the one directory that it unpacks to
top_of() {
    tar -tf "$1" 2>/dev/null | head -n 1 | cut -d / -f 1
}

# unpack TARBALL TREE: all or nothing
unpack() {
    say "unpacking ${1##*/} (some seconds)"
    rm -rf "$2" "$2.new"
    mkdir -p "$2.new" && tar -xf "$1" -C "$2.new" --strip-components=1 --no-same-owner && mv "$2.new" "$2" && return 0
    say "could not unpack $1 (is the disk full?)"
    return 1
}

# touched_by VERSION: the files that its series changes
touched_by() {
    sed -n 's,^+++ b/,,p; s,^--- a/,,p' "$PATCHES/v$1"/*.patch | sort -u
}

# sync_file FROM TO: make TO what FROM is, without touching it if it is so already; ninja goes by the time of change
sync_file() {
    if [ ! -e "$1" ]; then
        rm -f "$2"
    elif ! cmp -s "$1" "$2"; then
        mkdir -p "${2%/*}" && cp "$1" "$2.new" && chmod --reference="$1" "$2.new" && mv "$2.new" "$2"
    fi
}

# bring_source VERSION TARBALL DIR: DIR/source is the tarball's content with the current series.
#
# The series is applied to fresh copies of the files that it changes, and those that came out different are put into the
# tree. So a changed series, or one that was half applied when someone pressed Ctrl-C, costs only what it changes.
bring_source() {
    local version="$1" tarball="$2" dir="$3" scratch="$3/scratch" top file
    if [ ! -d "$dir/source" ] || [ "$(first_line "$dir/tarball")" != "$tarball" ]; then
        rm -rf "$dir/build" "$dir/touched"
        unpack "$tarball" "$dir/source" && write_file "$dir/tarball" "$tarball" || return 1
    fi
    rm -rf "$scratch"
    mkdir -p "$scratch"
    { touched_by "$version" && cat "$dir/touched" 2>/dev/null; } | sort -u >"$dir/touched.new" &&
        mv "$dir/touched.new" "$dir/touched"
    top=$(top_of "$tarball")
    # New files are not in the tarball, of which tar complains; what is really missing, apply.sh finds
    sed "s,^,$top/," "$dir/touched" | tar -xf "$tarball" -C "$scratch" --strip-components=1 --no-same-owner -T - 2>/dev/null
    "$PATCHES/apply.sh" "$version" "$scratch" || return 1
    while read -r file; do
        sync_file "$scratch/$file" "$dir/source/$file" || return 1
    done <"$dir/touched"
    sync_file "$DEVICES" "$dir/source/configs/devices/aarch64-softmmu/fi_lua.mak" || return 1
    touched_by "$version" >"$dir/touched"
    rm -rf "$scratch"
}

### Build

# configure_qemu SOURCE BUILD ARGUMENTS...
configure_qemu() {
    local source="$1" build="$2"
    shift 2
    say "configuring QEMU (about 20 seconds)"
    rm -rf "$build"
    mkdir -p "$build" || return 1
    # QEMU's configure takes compilers and flags from the environment, where they may be meant for something else
    (cd "$build" && run_logged "$build.log" env -u CFLAGS -u LDFLAGS "$source/configure" "$@")
}

# compile_qemu BUILD
compile_qemu() {
    local cores
    cores=$(cpus)
    say "compiling QEMU (about $(((11 + cores) / cores)) minutes on $cores cores if it is for the first time)"
    run_ninja "$1" "$1.log" qemu-system-aarch64 || return 1
    "$1/qemu-system-aarch64" --version >/dev/null || return 1
}

# build_cached VERSION TARBALL DIR: from a tarball, with the series
build_cached() {
    local version="$1" tarball="$2" dir="$3" key args_key
    lock "$dir"
    key=$(build_key "$version")
    if [ "$(first_line "$dir/built")" != "$key" ]; then
        rm -f "$dir/built"
        bring_source "$version" "$tarball" "$dir" || return 1
        args_key=$(echo "$CONFIGURE_ARGS $DEVICE_ARGS" | short_hash)
        if [ "$(first_line "$dir/configured")" != "$args_key" ] || [ ! -f "$dir/build/build.ninja" ]; then
            rm -f "$dir/configured"
            # shellcheck disable=SC2086 # lists of words
            configure_qemu "$dir/source" "$dir/build" $CONFIGURE_ARGS $DEVICE_ARGS &&
                write_file "$dir/configured" "$args_key" || return 1
        fi
        compile_qemu "$dir/build" && write_file "$dir/built" "$key" || return 1
    fi
    unlock
}

use_cached() {
    use_qemu "$1/build/qemu-system-aarch64" "$(header_dir "$1/source")"
}

# is_built VERSION DIR
is_built() {
    [ "$(first_line "$2/built")" = "$(build_key "$1")" ] && [ -x "$2/build/qemu-system-aarch64" ]
}

### FI_QEMU_SRC

use_given_source() {
    local given
    given=$(absolute_path "$1")
    if [ -d "$given" ]; then
        build_given_tree "$given"
    elif [ -f "$given" ]; then
        build_given_tarball "$given"
    else
        die "FI_QEMU_SRC names $1, which does not exist"
    fi
}

# A tree belongs to someone who works on it: it is compiled as it is, and ninja finds out what changed.
build_given_tree() {
    local tree="$1" header dir
    [ -f "$tree/configure" ] || die "FI_QEMU_SRC names $tree, which is not a QEMU source tree"
    header=$(header_dir "$tree") || die "$tree has no qemu-plugin.h"
    ensure_packages build
    [ -f "$header/qemu-plugin-fi.h" ] || say "$tree has no fi_lua patches (qemu-patches/apply.sh applies them); going on without"
    dir=$FI_CACHE/tree-$(printf '%s' "$tree" | short_hash)
    lock "$dir"
    if [ ! -f "$dir/build/build.ninja" ]; then
        # shellcheck disable=SC2086 # a list of words
        configure_qemu "$tree" "$dir/build" $CONFIGURE_ARGS || die "could not configure $tree"
    fi
    compile_qemu "$dir/build" || die "could not compile $tree"
    unlock
    use_qemu "$dir/build/qemu-system-aarch64" "$header"
}

build_given_tarball() {
    local tarball="$1" version dir
    version=$(tar -xOf "$tarball" "$(top_of "$tarball")/VERSION" 2>/dev/null)
    [ -n "$version" ] || die "FI_QEMU_SRC names $tarball, which is not a QEMU source tarball"
    [ -n "$(version_field "$version" 1)" ] ||
        die "FI_QEMU_SRC is QEMU $version, for which there are no patches, only for: $(known_versions | tr '\n' ' ')"
    dir=$FI_CACHE/qemu-$version-$(short_hash <"$tarball")
    if ! is_built "$version" "$dir"; then
        ensure_packages build
        build_cached "$version" "$tarball" "$dir" || die "could not build QEMU $version from $tarball"
    fi
    use_cached "$dir"
}

### The tarball, wherever it can be had

# Each of these leaves the tarball in the cache and its name in TARBALL, or adds to TRIED what went wrong.

tried() {
    TRIED="$TRIED
  - $*"
}

# kept_tarball VERSION
kept_tarball() {
    local name
    for name in "$(version_field "$1" 3)" "qemu-$1.tar.xz"; do
        if [ -f "$FI_CACHE/downloads/$name" ]; then
            TARBALL=$FI_CACHE/downloads/$name
            return 0
        fi
    done
    return 1
}

# from_mirror VERSION: Debian keeps the unpacked source packages under names that do not change
from_mirror() {
    local file mirrors mirror other
    file=$(version_field "$1" 3)
    mirrors=$(debian_mirrors)
    if [ -z "$mirrors" ]; then
        other=$(unusable_mirrors | tr '\n' ' ')
        if [ -n "$other" ]; then
            tried "the Debian mirror of apt's configuration: only addresses of a kind that no file can be fetched from: $other"
        else
            tried "the Debian mirror of apt's configuration: none is configured"
        fi
        return 1
    fi
    for mirror in $mirrors; do
        say "downloading QEMU $1, 37 MiB, from the Debian mirror that apt uses"
        if download "$mirror/$POOL/$file" "$FI_CACHE/downloads/$file" "$(version_field "$1" 4)"; then
            TARBALL=$FI_CACHE/downloads/$file
            return 0
        fi
        tried "$mirror/$POOL/$file"
    done
    return 1
}

# from_source_package VERSION: by the index of Debian's unstable release, read into lists of our own
from_source_package() {
    local version="$1" sources="$FI_CACHE/apt/sid.list" lists="$FI_CACHE/apt/lists" file mirror url
    file=$(version_field "$version" 3)
    for mirror in $(debian_mirrors); do
        say "looking for QEMU $version among the source packages of Debian unstable"
        mkdir -p "$lists/partial"
        echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$sources"
        set -- -o "Dir::Etc::sourcelist=$sources" -o Dir::Etc::sourceparts=/dev/null \
            -o "Dir::State::lists=$lists" -o APT::Sandbox::User=root -o Acquire::Languages=none
        if run_logged "$FI_CACHE/apt-update.log" apt-get "$@" update; then
            url=$(apt-get "$@" --print-uris --download-only source "qemu=1:$version+ds-1" 2>/dev/null |
                sed -n "s,^'\(.*\.orig\.tar\.xz\)'.*,\1,p")
            if [ -n "$url" ] && download "$url" "$FI_CACHE/downloads/$file" "$(version_field "$version" 4)"; then
                TARBALL=$FI_CACHE/downloads/$file
                return 0
            fi
        fi
        tried "apt-get source qemu=1:$version+ds-1, by the index of unstable at $mirror"
    done
    return 1
}

# from_upstream VERSION
from_upstream() {
    local file="qemu-$1.tar.xz"
    say "downloading QEMU $1, 140 MiB, from QEMU's own site; it is checked by HTTPS only"
    if download "$UPSTREAM/$file" "$FI_CACHE/downloads/$file"; then
        TARBALL=$FI_CACHE/downloads/$file
        return 0
    fi
    tried "$UPSTREAM/$file"
    return 1
}

# get_tarball VERSION FALLBACK-VERSION: sets TARBALL and TARBALL_VERSION
get_tarball() {
    TRIED=
    TARBALL_VERSION=$1
    kept_tarball "$1" || from_mirror "$1" || {
        [ -n "$2" ] && TARBALL_VERSION=$2 && { kept_tarball "$2" || from_source_package "$2"; }
    } || {
        TARBALL_VERSION=$1
        from_upstream "$1"
    } || {
        say "error: QEMU's source could not be had. Tried:$TRIED"
        die "put the tarball somewhere and set FI_QEMU_SRC to it, or set FI_QEMU to a QEMU that you have"
    }
}

### All together

ensure_built_qemu() {
    local wanted fallback version dir
    wanted=${FI_QEMU_VERSION:-$(reference_version)}
    [ -n "$(version_field "$wanted" 1)" ] ||
        die "FI_QEMU_VERSION is $wanted; there are patches only for: $(known_versions | tr '\n' ' ')"
    # The fallback serves only those who did not ask for a version
    fallback=
    [ -n "${FI_QEMU_VERSION-}" ] || fallback=$(known_versions | grep -vx "$wanted" | head -n 1)
    # One whose source is here is built anew rather than replaced by another version
    kept_tarball "$wanted" && fallback=
    for version in $wanted $fallback; do
        if is_built "$version" "$FI_CACHE/qemu-$version"; then
            use_cached "$FI_CACHE/qemu-$version"
            return
        fi
    done
    ensure_packages build
    lock "$FI_CACHE"
    get_tarball "$wanted" "$fallback"
    dir=$FI_CACHE/qemu-$TARBALL_VERSION
    build_cached "$TARBALL_VERSION" "$TARBALL" "$dir" || die "could not build QEMU $TARBALL_VERSION"
    use_cached "$dir"
}

ensure_qemu() {
    if [ -n "${FI_QEMU-}" ]; then
        use_given_qemu "$FI_QEMU"
    elif [ -n "${FI_QEMU_SRC-}" ]; then
        use_given_source "$FI_QEMU_SRC"
    else
        ensure_built_qemu
    fi
}
