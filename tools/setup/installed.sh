# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is different where fi is installed: nothing is got or built, and QEMU has to be named.

PLUGIN=$FI_PLUGIN_DIR/libfi_lua.so
FI_REPL=$FI_HERE/fi-repl
FI_STDLIB=$FI_DATA/stdlib
FI_SCENARIO_REFERENCE=$FI_DATA/scenarios.md
LINUX_HINT="./fi setup in fi_lua's source tree makes it there; or give a kernel of your own: --kernel FILE"
PATCHED_QEMU="./fi setup in fi_lua's source tree builds one"

needs_source_tree() {
    die "$1 needs fi_lua's source tree, and this fi is installed (in $FI_HERE): run ./fi $1 there"
}

cmd_setup() {
    needs_source_tree setup
}

cmd_test() {
    needs_source_tree test
}

cmd_bench() {
    needs_source_tree bench
}

# use_given_qemu PATH: sets QEMU_BIN; its headers are for building only
use_given_qemu() {
    local given dir
    given=$(absolute_path "$1")
    [ -e "$given" ] || die "FI_QEMU or --qemu names $1, which does not exist"
    if [ -d "$given" ]; then
        for dir in "$given" "$given/build"; do
            [ -x "$dir/qemu-system-aarch64" ] && QEMU_BIN=$dir/qemu-system-aarch64
        done
        [ -n "${QEMU_BIN-}" ] || die "FI_QEMU or --qemu names $1, which has no qemu-system-aarch64 in it, nor in build/"
    else
        [ -x "$given" ] || die "FI_QEMU or --qemu names $1, which is not a program"
        QEMU_BIN=$given
    fi
    "$QEMU_BIN" --version >/dev/null 2>&1 || die "$QEMU_BIN does not run: $("$QEMU_BIN" --version 2>&1 | head -n 1)"
}

ensure_all() {
    [ -f "$PLUGIN" ] || die "there is no $PLUGIN: is fi_lua installed whole?"
    QEMU_BIN=
    [ -n "${FI_QEMU-}" ] || die "which QEMU? This fi is installed, and builds none: say --qemu PATH, or set FI_QEMU"
    use_given_qemu "$FI_QEMU"
}

# What ./fi setup has left in the cache is used
ensure_linux() {
    :
}

choose_kernel() {
    if [ -n "$linux" ]; then
        kernel=$LINUX_DIR/kernel
    elif [ -n "$kernel" ]; then
        [ -f "$kernel" ] || die "--kernel names $kernel, which does not exist"
    elif [ "$own_arguments" = 0 ]; then
        [ -z "$header_guest" ] ||
            die "$script is for the guest $header_guest of fi_lua's source tree: give --kernel FILE"
        die "no guest is named: give --kernel FILE, or QEMU's own arguments after --"
    fi
}

doctor_packages() {
    report_note installed "in $FI_HERE; setup, test and bench need fi_lua's source tree"
}

doctor_find_qemu() {
    QEMU_BIN=
    if [ -z "${FI_QEMU-}" ]; then
        report_bad QEMU "none is named" "set FI_QEMU, or fi run --qemu PATH"
    # It ends the shell that it fails in
    elif (use_given_qemu "$FI_QEMU"); then
        use_given_qemu "$FI_QEMU"
    else
        report_bad QEMU "FI_QEMU=$FI_QEMU cannot be used, see above" "set FI_QEMU to a qemu-system-aarch64"
    fi
}

# The plugin looks itself, at what QEMU says when it loads it
doctor_api() {
    :
}

wanted_extensions() {
    extensions "$PLUGIN"
}

doctor_plugin() {
    local file
    for file in "$PLUGIN" "$FI_REPL" "$FI_STDLIB/fi"; do
        if [ -e "$file" ]; then
            report_good "${file##*/}" "$file"
        else
            report_bad "${file##*/}" "there is no $file" "install fi_lua again"
        fi
    done
}

doctor_linux() {
    :
}

doctor_cache() {
    :
}
