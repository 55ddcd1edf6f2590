# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./fi doctor: looks, and changes nothing.

PATCHED_QEMU="unset FI_QEMU, ./fi setup"

# Each line of the report: what, how it stands, and the command that mends it where it does not.
report_good() {
    printf 'ok       %-10s %s\n' "$1" "$2"
}

report_bad() {
    printf 'missing  %-10s %s\n' "$1" "$2"
    printf '         %-10s -> %s\n' '' "$3"
    doctor_status=1
}

report_note() {
    printf 'note     %-10s %s\n' "$1" "$2"
}

doctor_packages() {
    if ! command -v dpkg-query >/dev/null; then
        report_note packages "this is not a Debian machine; these would be needed: $PACKAGES_BUILD $PACKAGES_NEWER"
        return
    fi
    # shellcheck disable=SC2046,SC2086 # lists of words
    set -- $(missing_packages $PACKAGES_BUILD $PACKAGES_TEST)
    newer_packages_ok || set -- "$@" "meson>=$MESON_MINIMUM python3-pycotap"
    if [ $# -eq 0 ]; then
        report_good packages "all are installed"
    else
        report_bad packages "$*" "./fi setup (or, to see the apt-get command: ./fi setup --no-install)"
    fi
}

# doctor_find_qemu: sets QEMU_BIN and QEMU_INCLUDE, or leaves them empty
doctor_find_qemu() {
    local version
    QEMU_BIN=
    if [ -n "${FI_QEMU-}" ]; then
        # use_given_qemu ends the shell that it fails in
        if (use_given_qemu "$FI_QEMU"); then
            use_given_qemu "$FI_QEMU"
        else
            report_bad QEMU "FI_QEMU=$FI_QEMU cannot be used, see above" "unset FI_QEMU, and ./fi setup builds one"
        fi
        return
    fi
    if [ -n "${FI_QEMU_SRC-}" ]; then
        report_note QEMU "FI_QEMU_SRC=$FI_QEMU_SRC will be compiled and used; below is what is used without it"
    fi
    for version in ${FI_QEMU_VERSION:-$(reference_version; known_versions)}; do
        if [ -n "$(version_field "$version" 1)" ] && is_built "$version" "$FI_CACHE/qemu-$version"; then
            use_cached "$FI_CACHE/qemu-$version"
            return
        fi
    done
    report_bad QEMU "none is built for the present patches and configuration in $FI_CACHE" \
        "./fi setup (or set FI_QEMU, see ./fi help)"
}

# extensions BINARY: the names of those of our functions that it exports
extensions() {
    # No nm needed: an exported name is a string of the file
    grep -ao 'qemu_plugin_fi_[a-z0-9_]*' "$1" | sort -u | sed 's/^qemu_plugin_fi_//' | tr '\n' ' '
}

wanted_extensions() {
    # Functions begin at the margin, with their type or, behind a long one, with their name
    sed -n 's/^\([a-z].*[ *]\)\{0,1\}qemu_plugin_fi_\([a-z0-9_]*\)(.*/\2/p' "$FI_ROOT/plugin/qemu-plugin-fi.h" 2>/dev/null
}

doctor_api() {
    local api
    api=$(sed -n 's/^#define QEMU_PLUGIN_VERSION //p' "$QEMU_INCLUDE/qemu-plugin.h")
    case $api in
    5 | 6 | 7) report_good 'plugin API' "$api, by $(readlink -f "$QEMU_INCLUDE/qemu-plugin.h")" ;;
    *) report_bad 'plugin API' "$api, and fi_lua needs 5, 6 or 7" "use QEMU 10.2 or newer" ;;
    esac
}

doctor_qemu() {
    local found wanted name there='' lacking=''
    doctor_find_qemu
    [ -n "$QEMU_BIN" ] || return 0
    report_good QEMU "$("$QEMU_BIN" --version | head -n 1) in $QEMU_BIN"
    doctor_api
    found=$(extensions "$QEMU_BIN")
    wanted=$(wanted_extensions)
    if [ -z "$found" ]; then
        report_note tier "stock: triggers and faults by QEMU's public plugin API (patched QEMU: $PATCHED_QEMU)"
        return
    fi
    # The binary has names of types as well
    for name in $wanted; do
        case " $found " in
        *" $name "*) there="$there $name" ;;
        *) lacking="$lacking $name" ;;
        esac
    done
    report_good tier "patched; extensions:$there"
    [ -z "$lacking" ] || report_bad extensions "this QEMU was patched by an older series:$lacking" "$PATCHED_QEMU"
}

doctor_plugin() {
    if [ ! -f "$FI_BUILD_DIR/libfi_lua.so" ]; then
        report_bad plugin "is not built in $FI_BUILD_DIR" "./fi setup"
    elif ninja_has_work "$FI_BUILD_DIR"; then
        report_bad plugin "is older than its source" "./fi setup"
    else
        report_good plugin "$FI_BUILD_DIR/libfi_lua.so"
    fi
}

doctor_linux() {
    if linux_is_made; then
        report_note Linux "the tests boot the one in $LINUX_DIR"
    else
        report_note Linux "not there yet; ./fi test gets it: Debian's arm64 kernel, for the tests only"
    fi
}

doctor_cache() {
    report_note cache "$FI_CACHE ($(du -sh "$FI_CACHE" 2>/dev/null | cut -f 1))"
}

cmd_doctor() {
    while [ $# -gt 0 ]; do
        case $1 in
        --no-install) ;;
        -h | --help) usage && exit 0 ;;
        *) usage_error "doctor: no such option: $1" ;;
        esac
        shift
    done
    doctor_status=0
    doctor_packages
    doctor_qemu
    doctor_plugin
    doctor_linux
    doctor_cache
    exit "$doctor_status"
}
