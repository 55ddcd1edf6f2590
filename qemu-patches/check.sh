#!/bin/sh
# shellcheck disable=SC2317 # the checks are called by name
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh [VERSION...]: is the series in order? Prints TAP.
#
# What needs QEMU's source is skipped where the tarball is not in the cache (./fi setup brings the reference version's).

set -u

here=$(dirname -- "$(readlink -f -- "$0")")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fi_lua
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0
failed=0

# result STATUS NAME [WHY-SKIPPED]: one line of TAP; what explains a failure is in $work/why
result() {
    number=$((number + 1))
    if [ -n "${3-}" ]; then
        echo "ok $number - $2 # SKIP $3"
    elif [ "$1" = 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        sed 's/^/# /' "$work/why"
        failed=1
    fi
}

# check NAME COMMAND...
check() {
    name=$1
    shift
    "$@" >"$work/why" 2>&1
    result $? "$name"
}

field() {
    awk -F '\t' -v v="$1" -v c="$2" '$1 == v { print $c }' "$here/versions"
}

subject() {
    # A folded header goes on in lines that begin with a space
    awk '/^Subject: /{ s = $0; next } s && /^ /{ s = s $0; next } s { print s; exit }' "$1"
}

# Headers and trailers have addresses in them, which are as long as they are
has_long_lines() {
    sed '1,/^$/d; /^---$/,$d; /^[A-Z][A-Za-z-]*: /d' "$1" | grep -Eq '^.{77}'
}

lint() {
    ok=0
    for patch in "$here/v$1"/*.patch; do
        file=${patch##*/}
        case $file in
        [0-9][0-9][0-9][0-9]-*.patch) ;;
        *) echo "$file: not named NNNN-subject.patch" && ok=1 ;;
        esac
        for trailer in 'Signed-off-by: .* <.*@.*>' 'Upstream: .'; do
            grep -q "^$trailer" "$patch" || { echo "$file: has no line '${trailer%%:*}:'" && ok=1; }
        done
        case $(subject "$patch") in
        'Subject: [PATCH] '*': '*) ;;
        *) echo "$file: the subject is not '[PATCH] part: what'" && ok=1 ;;
        esac
        # -N --zero-commit --no-signature --full-index
        head -n 1 "$patch" | grep -q '^From 0\{40\} ' || { echo "$file: not made with --zero-commit" && ok=1; }
        ! tail -n 2 "$patch" | grep -q '^-- $' || { echo "$file: not made with --no-signature" && ok=1; }
        ! has_long_lines "$patch" || { echo "$file: the message has lines above 76 columns" && ok=1; }
    done
    [ -f "$here/v$1/COVER.md" ] || { echo "no COVER.md" && ok=1; }
    return "$ok"
}

# The same file name stands for the same patch
same_subjects() {
    ok=0
    for patch in "$here/v$1"/*.patch; do
        other=$here/v$2/${patch##*/}
        [ -e "$other" ] || continue
        [ "$(subject "$patch")" = "$(subject "$other")" ] || { echo "${patch##*/}: another subject than in v$2" && ok=1; }
    done
    return "$ok"
}

# The plugin has a copy of the header that the series makes
header_equal() {
    tree=$work/header-$1
    mkdir -p "$tree"
    for patch in "$here/v$1"/*.patch; do
        grep -q '^+++ b/.*/qemu-plugin-fi\.h$' "$patch" || continue
        (cd "$tree" && GIT_CEILING_DIRECTORIES=$work git apply --include='*/qemu-plugin-fi.h' "$patch") || return 1
    done
    made=$(find "$tree" -name qemu-plugin-fi.h)
    [ -n "$made" ] || { echo "the series makes no qemu-plugin-fi.h" && return 1; }
    diff -u "$made" "$here/../plugin/qemu-plugin-fi.h"
}

# touched_tree VERSION TARBALL: a git work tree of the files that the series changes, tagged as the base
touched_tree() {
    tree=$work/tree-$1
    top=$(tar -tf "$2" 2>/dev/null | head -n 1 | cut -d / -f 1)
    mkdir -p "$tree"
    {
        sed -n 's,^--- a/,,p' "$here/v$1"/*.patch
        echo scripts/checkpatch.pl
    } | sort -u | sed "s,^,$top/," |
        tar -xf "$2" -C "$tree" --strip-components=1 --no-same-owner -T - 2>/dev/null
    git_here -C "$tree" init -q && git_here -C "$tree" add -Af . && git_here -C "$tree" commit -q -m base && git_here -C "$tree" tag base
}

# git without what the user configured, which may change what patches look like
git_here() {
    GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git -c user.name=check -c user.email=check@localhost "$@"
}

applies() {
    plain=$work/plain-$1
    mkdir -p "$plain"
    git_here -C "$work/tree-$1" archive base | tar -xf - -C "$plain" || return 1
    "$here/apply.sh" "$1" "$plain" || return 1
    [ -z "$(find "$plain" -name '*.rej' -o -name '*.orig')" ]
}

refresh_is_clean() {
    for variable in GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
        GIT_COMMITTER_NAME=check GIT_COMMITTER_EMAIL=check@localhost; do
        export "${variable?}"
    done
    "$here/apply.sh" "$1" "$work/tree-$1" || return 1
    mkdir -p "$work/refreshed"
    rm -f "$work/refreshed"/*
    "$here/refresh.sh" "$1" "$work/tree-$1" base "$work/refreshed" || return 1
    diff -ru -x COVER.md "$here/v$1" "$work/refreshed"
}

# checkpatch warns of each new file and of the C++ guard that all plugin headers have
checkpatch() {
    perl "$work/tree-$1/scripts/checkpatch.pl" --no-tree "$here/v$1"/*.patch >"$work/checkpatch"
    grep -E -A 1 '^(ERROR|WARNING): ' "$work/checkpatch" | grep -v '^--$' | paste -d ' ' - - |
        grep -Ev 'added, moved or deleted file|architecture specific defines' >"$work/complaints"
    # One line of totals for each patch that it has read
    [ "$(grep -c '^total: ' "$work/checkpatch")" = "$(find "$here/v$1" -name '*.patch' | wc -l)" ] || {
        echo "checkpatch.pl did not read all patches"
        return 1
    }
    cat "$work/complaints"
    [ ! -s "$work/complaints" ]
}

check_version() {
    check "$1: names, trailers, form" lint "$1"
    check "$1: the plugin's copy of qemu-plugin-fi.h is the series'" header_equal "$1"
    check "$1: same names, same subjects as the reference" same_subjects "$1" "$reference"
    tarball=$cache/downloads/$(field "$1" 3)
    if [ ! -f "$tarball" ]; then
        for name in 'applies to the tarball without fuzz' 'refresh changes nothing' checkpatch; do
            result 0 "$1: $name" "$(field "$1" 3) is not in the cache"
        done
        return
    fi
    touched_tree "$1" "$tarball"
    check "$1: applies to the tarball without fuzz" applies "$1"
    check "$1: refresh changes nothing" refresh_is_clean "$1"
    check "$1: checkpatch" checkpatch "$1"
}

reference=$(awk -F '\t' '$6 == "reference" { print $1 }' "$here/versions")
[ $# -gt 0 ] || {
    # shellcheck disable=SC2046 # a list of words
    set -- $(grep -v '^#' "$here/versions" | cut -f 1)
}
for version; do
    [ -d "$here/v$version" ] || {
        echo "Bail out! there is no series for $version"
        exit 1
    }
done
echo "1..$(($# * 6))"
for version; do
    check_version "$version"
done
exit $failed
