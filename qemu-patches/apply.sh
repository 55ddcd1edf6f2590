#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# apply.sh VERSION TREE: apply the series for VERSION to a source tree of that version. In a git work tree each patch
# becomes a commit; elsewhere the files are patched. Nothing is applied that does not fit exactly.

set -u

here=$(dirname -- "$(readlink -f -- "$0")")

[ $# -eq 2 ] || {
    echo "usage: $0 VERSION TREE" >&2
    exit 2
}
version=$1
tree=$2
series=$here/v$version

[ -d "$series" ] || {
    echo "$0: there is no series for QEMU $version, only for:" >&2
    grep -v '^#' "$here/versions" | cut -f 1 >&2
    exit 1
}
[ -d "$tree" ] || {
    echo "$0: no such directory: $tree" >&2
    exit 1
}

apply_one() {
    if [ -e "$tree/.git" ]; then
        git -C "$tree" am -q --no-3way "$1"
    else
        patch -d "$tree" -p1 --fuzz=0 --forward --silent --no-backup-if-mismatch <"$1"
    fi
}

for patch in "$series"/*.patch; do
    apply_one "$patch" || {
        echo "$0: ${patch##*/} does not apply to $tree; is it QEMU $version, and not patched yet?" >&2
        exit 1
    }
done
