#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# refresh.sh VERSION TREE [BASE [DIR]]: write the commits of a git work tree since BASE (default: the tag that
# qemu-patches/versions has) as the series for VERSION, into DIR (default: vVERSION/ beside this script).
#
# The same file name stands for the same patch in all versions. So a commit with the subject of a known patch gets that
# patch's name, and a new one the next free number.

set -u

here=$(dirname -- "$(readlink -f -- "$0")")

if [ $# -lt 2 ] || [ $# -gt 4 ]; then
    echo "usage: $0 VERSION TREE [BASE [DIR]]" >&2
    exit 2
fi
version=$1
tree=$2
base=${3:-$(awk -F '\t' -v v="$version" '$1 == v { print $2 }' "$here/versions")}
out=${4:-$here/v$version}
new=$(mktemp -d) || exit 1
trap 'rm -rf "$new"' EXIT

# The number and name that the patch has elsewhere, by the part of its name that is made from the subject
known_name() {
    for dir in "$here"/v*/; do
        for file in "$dir"[0-9]*-"$1"; do
            [ -e "$file" ] && printf '%s\n' "${file##*/}" && return
        done
    done
}

next_number() {
    last=$(for file in "$here"/v*/[0-9]*.patch "$new"/named/[0-9]*.patch; do printf '%s\n' "${file##*/}"; done |
        sed -n 's/^0*\([1-9][0-9]*\)-.*/\1/p' | sort -n | tail -n 1)
    printf '%04d' $((${last:-0} + 1))
}

git -C "$tree" format-patch -q -N --zero-commit --no-signature --full-index --filename-max-length=100 -o "$new/raw" "$base" || exit 1
mkdir "$new/named"
for patch in "$new"/raw/*.patch; do
    [ -e "$patch" ] || {
        echo "$0: there are no commits since $base" >&2
        exit 1
    }
    title=${patch##*/}
    title=${title#*-}
    name=$(known_name "$title")
    mv "$patch" "$new/named/${name:-$(next_number)-$title}"
done
mkdir -p "$out" && rm -f "$out"/[0-9]*.patch && cp "$new"/named/*.patch "$out/"
