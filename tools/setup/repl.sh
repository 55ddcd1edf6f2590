# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./fi repl: a prompt into a guest that is running.

cmd_repl() {
    local word
    for word; do
        case $word in
        # Of ours, not the client's, which has no use for it
        --no-install) FI_NO_INSTALL=1 ;;
        -h | --help) usage && exit 0 ;;
        --) break ;;
        esac
    done
    # The guest runs already, so nothing is built anew under it: only what is not there at all
    [ -x "$FI_REPL" ] || ensure_all build
    # Rotate, to drop what was ours
    for word; do
        shift
        [ "$word" = --no-install ] || set -- "$@" "$word"
    done
    exec "$FI_REPL" "$@"
}
