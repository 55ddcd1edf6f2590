# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./fi test and ./fi bench.

cmd_test() {
    local suite='' status
    while [ $# -gt 0 ]; do
        case $1 in
        --no-install) FI_NO_INSTALL=1 ;;
        -h | --help) usage && exit 0 ;;
        -*) usage_error "test: no such option: $1" ;;
        *)
            [ -z "$suite" ] || usage_error "test: one suite only, not $suite and $1 as well"
            suite=$1
            ;;
        esac
        shift
    done
    ensure_all test
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    "$python" "$FI_ROOT/tools/setup/tests.py" has-suite "$FI_BUILD_DIR" "$suite" || exit 2
    # Counts of an earlier run are not this run's
    rm -f "$FI_BUILD_DIR/meson-logs/testlog.json"
    status=0
    # ensure_plugin has built everything, and shown it
    meson test -C "$FI_BUILD_DIR" --no-rebuild --print-errorlogs ${suite:+--suite "$suite"} </dev/null || status=$?
    "$python" "$FI_ROOT/tools/setup/tests.py" count "$FI_BUILD_DIR" "$status"
    exit
}

# run_soak [SECONDS] [OPTIONS]: tests/abuse/soak.py has the options
run_soak() {
    case ${1-} in
    '' | -*) ;;
    *[!0-9]*) usage_error "bench soak: '$1' is not a number of seconds" ;;
    *)
        set -- --seconds "$@"
        ;;
    esac
    exec python3 "$FI_ROOT/tests/abuse/soak.py" --qemu "$QEMU_BIN" --plugin "$PLUGIN" --guests "$FI_BUILD_DIR/tests/guest" \
        --stdlib "$FI_ROOT/scripts/stdlib" "$@"
}

cmd_bench() {
    if [ "${1-}" = --no-install ]; then
        FI_NO_INSTALL=1
        shift
    fi
    ensure_all build
    if [ "${1-}" = soak ]; then
        shift
        run_soak "$@"
    fi
    [ -f "$FI_ROOT/bench/run.py" ] || die "there is no bench/run.py"
    FI_QEMU_BIN=$QEMU_BIN
    export FI_QEMU_BIN FI_BUILD_DIR
    exec python3 "$FI_ROOT/bench/run.py" "$@"
}
