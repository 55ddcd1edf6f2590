# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian packages. What is missing is installed through apt-get; apt's configuration is left as it is.

# Needed by every build. xz-utils, patch: to unpack and patch QEMU. device-tree-compiler, libpixman, libfdt, python3-venv,
# flex, bison: QEMU. Two cross compilers: the guests.
PACKAGES_BUILD="gcc libc6-dev make pkgconf ninja-build python3 python3-venv xz-utils patch git ca-certificates
liblua5.4-dev lua5.4 libglib2.0-dev libjson-glib-dev libelf-dev libedit-dev
libpixman-1-dev libfdt-dev zlib1g-dev device-tree-compiler flex bison
gcc-aarch64-linux-gnu binutils-aarch64-linux-gnu gcc-arm-none-eabi binutils-arm-none-eabi"
# Too old in Debian 12, where they come from its backports
PACKAGES_NEWER="meson python3-pycotap"
PACKAGES_TEST="lua-check python3-jsonschema python3-pytest mandoc"
MESON_MINIMUM=1.5.0

DPKG_STATUS=/var/lib/dpkg/status

# The Debian meson belongs to the Debian python3; another python3 may come first in PATH.
meson() {
    if [ -x /usr/bin/meson ]; then
        /usr/bin/meson "$@"
    else
        command meson "$@"
    fi
}

# missing_packages NAME...
missing_packages() {
    local installed package
    # A package that dpkg has never heard of is an error to dpkg-query, and simply missing to us
    installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package}\n' "$@" 2>/dev/null |
        sed -n 's/^installed=//p' | tr '\n' ' ') "
    for package; do
        case $installed in
        *" $package "*) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

version_at_least() {
    [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

newer_packages_ok() {
    version_at_least "$(meson --version 2>/dev/null)" "$MESON_MINIMUM" &&
        /usr/bin/python3 -c 'import pycotap' 2>/dev/null
}

# as_root COMMAND...
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

sudo_prefix() {
    [ "$(id -u)" = 0 ] || printf 'sudo '
}

# apt_install LOG ARGUMENTS...
apt_install() {
    local log="$1"
    shift
    run_logged "$log" as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$@"
}

apt_lists_are_old() {
    [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*_Packages*' -mtime -7 2>/dev/null | head -n 1)" ]
}

apt_update() {
    say "reading the package lists (some seconds)"
    run_logged "$FI_CACHE/apt-update.log" as_root apt-get update
}

install_packages() {
    say "installing Debian packages (about a minute): $*"
    local log="$FI_CACHE/apt-install.log"
    if apt_lists_are_old; then
        apt_update || return 1
        apt_install "$log" "$@"
        return
    fi
    # Lists that are not old may still name versions that the mirror has replaced since
    apt_install "$log" "$@" 2>"$log.first" && return 0
    apt_update || return 1
    apt_install "$log" "$@"
}

candidate_version() {
    apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p'
}

release_codename() {
    # shellcheck source=/dev/null
    (. /etc/os-release && printf '%s' "${VERSION_CODENAME-}")
}

# install_from_backports NAME...: from this release's backports on the mirror in use, without adding them to apt's sources
install_from_backports() {
    local suite mirror version dir="$FI_CACHE/apt"
    suite=$(release_codename)-backports
    mirror=$(debian_mirrors | head -n 1)
    [ -n "$mirror" ] || die "needs newer versions of $*, and apt's configuration names no Debian mirror to get $suite from"
    say "installing from $suite (some seconds): $*"
    rm -rf "$dir"
    mkdir -p "$dir/parts"
    cp /etc/apt/sources.list "$dir/parts/system.list" 2>/dev/null
    cp /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources "$dir/parts/" 2>/dev/null
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$dir/backports.list"
    # apt would otherwise delete the lists of the sources that it is not told of here
    run_logged "$FI_CACHE/apt-update.log" as_root apt-get -o APT::Get::List-Cleanup=0 \
        -o "Dir::Etc::sourcelist=$dir/backports.list" -o Dir::Etc::sourceparts=/dev/null update || return 1
    set -- "$@" --
    while [ "$1" != -- ]; do
        version=$(apt-cache -o "Dir::Etc::sourcelist=$dir/backports.list" -o Dir::Etc::sourceparts=/dev/null \
            show --no-all-versions "$1" 2>/dev/null | sed -n 's/^Version: *//p' | head -n 1)
        set -- "$@" "$1${version:+=$version}"
        shift
    done
    shift
    apt_install "$FI_CACHE/apt-install.log" -o "Dir::Etc::sourcelist=$dir/backports.list" \
        -o "Dir::Etc::sourceparts=$dir/parts" "$@"
}

install_newer_packages() {
    # shellcheck disable=SC2086 # a list of words
    if version_at_least "$(candidate_version meson)" "$MESON_MINIMUM"; then
        install_packages $PACKAGES_NEWER
    else
        install_from_backports $PACKAGES_NEWER
    fi
    newer_packages_ok || die "the build needs meson $MESON_MINIMUM or newer and python3-pycotap, and they could not be installed"
}

# ensure_packages build|test
ensure_packages() {
    local wanted stamp
    case $1 in
    build) wanted=$PACKAGES_BUILD ;;
    test) wanted="$PACKAGES_BUILD $PACKAGES_TEST" ;;
    esac
    # Asking dpkg takes a while, so do it only if a package came or went since
    stamp=$FI_CACHE/packages-$(printf '%s' "$wanted $PACKAGES_NEWER" | short_hash)
    [ -n "$(find "$stamp" -newer "$DPKG_STATUS" 2>/dev/null)" ] && return 0
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "this is not a Debian machine; going on with what is installed. On Debian these packages would be:"
        say "$wanted $PACKAGES_NEWER"
        return 0
    fi
    lock "$FI_CACHE"
    # shellcheck disable=SC2046,SC2086 # lists of words
    set -- $(missing_packages $wanted)
    if [ $# -gt 0 ] || ! newer_packages_ok; then
        may_install "$@"
    fi
    if [ $# -gt 0 ]; then
        install_packages "$@" || die "packages could not be installed; the command was: $(install_command "$@")"
    fi
    newer_packages_ok || install_newer_packages
    # Later than dpkg's own last write, by the file system's clock
    write_file "$stamp" "all installed" && unlock
}

install_command() {
    ! apt_lists_are_old || printf '%sapt-get update && ' "$(sudo_prefix)"
    printf '%sapt-get install --no-install-recommends %s\n' "$(sudo_prefix)" "$*"
}

# may_install NAME...: ends fi where it must not or cannot install
may_install() {
    local candidate
    if [ -z "$FI_NO_INSTALL" ]; then
        [ "$(id -u)" = 0 ] && return 0
        command -v sudo >/dev/null && return 0
        say "only root can install packages, and there is no sudo"
    fi
    say "these packages are missing; install them with"
    candidate=$(candidate_version meson)
    if newer_packages_ok; then
        install_command "$@"
    elif [ -z "$candidate" ] || version_at_least "$candidate" "$MESON_MINIMUM"; then
        install_command "$@" "$PACKAGES_NEWER"
    else
        [ $# -eq 0 ] || install_command "$@"
        say "and from $(release_codename)-backports, which the apt sources must name for that (./fi setup does without):"
        install_command -t "$(release_codename)-backports" "$PACKAGES_NEWER"
    fi
    exit 1
}
