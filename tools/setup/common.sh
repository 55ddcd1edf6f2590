# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What all pieces of ./fi use: messages, places, the lock.

FI_CACHE=${XDG_CACHE_HOME:-${HOME:?set HOME or XDG_CACHE_HOME}/.cache}/fi_lua
LINUX_DIR=$FI_CACHE/linux
FI_BUILD_DIR=${FI_BUILD_DIR:-$FI_ROOT/build}
case $FI_BUILD_DIR in
/*) ;;
*) FI_BUILD_DIR=$PWD/$FI_BUILD_DIR ;;
esac
FI_NO_INSTALL=${FI_NO_INSTALL:-}
FI_REPL=$FI_BUILD_DIR/fi-repl
FI_STDLIB=$FI_ROOT/scripts/stdlib
FI_SCENARIO_REFERENCE=$FI_ROOT/docs/scenarios.md

# Messages go to stderr, so that what a guest prints can be piped on.
say() {
    printf 'fi: %s\n' "$*" >&2
}

die() {
    say "error: $*"
    exit 1
}

usage_error() {
    say "error: $*"
    say "see $FI_NAME help"
    exit 2
}

cpus() {
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1
}

# lock DIR: wait until no other ./fi changes DIR. Held until unlock or exit, so an interrupted ./fi leaves no lock behind.
lock() {
    mkdir -p "$1" || die "cannot create $1"
    # A machine without flock (util-linux) has one user at a time
    command -v flock >/dev/null || return 0
    exec 9>"$1/.fi-lock" || die "cannot write to $1"
    flock -n 9 && return 0
    say "waiting for another ./fi that works in $1"
    flock 9
}

unlock() {
    exec 9>&-
}

# write_file FILE TEXT: the file has either its old or its new content, whatever happens
write_file() {
    printf '%s\n' "$2" >"$1.new" && mv -f "$1.new" "$1"
}

# first_line FILE: empty where there is none
first_line() {
    if [ -f "$1" ]; then
        head -n 1 "$1"
    fi
}

# short_hash: of standard input
short_hash() {
    sha256sum | cut -c 1-16
}

absolute_path() {
    case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$PWD/$1" ;;
    esac
}

# run_logged LOG COMMAND...: keep the output in LOG and show its end if the command fails
run_logged() {
    local log="$1" status
    shift
    "$@" >"$log" 2>&1 9>&- </dev/null && return 0
    status=$?
    say "this failed: $*"
    tail -n 30 "$log" >&2
    say "all of its output is in $log"
    return "$status"
}

# show_progress: of ninja's output, every tenth part of the way and whatever is no progress. Not by awk, of which some wait
# until they have a lot of input.
show_progress() {
    local line finished total tenth shown=0
    while IFS= read -r line; do
        case $line in
        '['[0-9]*/[0-9]*']'*)
            line=${line%%]*}
            finished=${line#[}
            finished=${finished%/*}
            total=${line#*/}
            tenth=$((10 * finished / total))
            if [ "$tenth" -gt "$shown" ]; then
                shown=$tenth
                printf 'fi:   [%s/%s]\n' "$finished" "$total"
            fi
            ;;
        'ninja: Entering'* | 'ninja: no work'*) ;;
        *) printf '%s\n' "$line" ;;
        esac
    done
}

# run_ninja DIR LOG TARGET...: on a terminal ninja keeps one line up to date; elsewhere tell now and then how far it is
run_ninja() {
    local dir="$1" log="$2"
    shift 2
    if [ -t 2 ]; then
        (cd "$dir" && NINJA_STATUS='[%f/%t] ' ninja "$@" 9>&- >&2)
        return
    fi
    # The status of a pipe's first command is lost in sh, hence the file
    rm -f "$log.status"
    {
        (cd "$dir" && NINJA_STATUS='[%f/%t] ' ninja "$@" 9>&- 2>&1)
        echo $? >"$log.status"
    } | tee "$log" | show_progress >&2
    [ "$(first_line "$log.status")" = 0 ] && return 0
    say "ninja failed; its output is in $log"
    return 1
}
