# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./fi run: a guest under a scenario.

# What a scenario's header may say about the guest that it was written for, as in
#   -- fi: guest=checksum smp=4 compare=golden args=bit=3,where=buf
HEADER_KEYS="guest machine cpu smp accel icount args compare"

# header_words SCRIPT: the key=value words of the `-- fi:` lines in the comment that the script begins with
header_words() {
    awk '/^#!/ && NR == 1 { next }
         !/^--/ && NF { exit }
         sub(/^--[ \t]*fi:[ \t]*/, "") { print }' "$1"
}

# read_header SCRIPT: sets header_KEY for each key; SCRIPT may be empty
read_header() {
    local script="$1" word key
    for key in $HEADER_KEYS; do
        eval "header_$key="
    done
    # Words, split by white space; a * in one is no file name
    set -f
    # shellcheck disable=SC2046
    set -- $([ -z "$1" ] || header_words "$1")
    set +f
    for word; do
        key=${word%%=*}
        case $word in
        *=*) ;;
        *) die "$script: the header's '$word' is not of the form key=value" ;;
        esac
        case " $HEADER_KEYS " in
        *" $key "*) eval "header_$key=\${word#*=}" ;;
        *) die "$script: the header has an unknown key '$key'; known are: $HEADER_KEYS" ;;
        esac
    done
}

# QEMU ends a value at a comma, unless it is doubled
comma_safe() {
    printf '%s\n' "$1" | sed 's/,/,,/g'
}

# add_option NAME=VALUE: to the plugin's options, of which one given on the command line comes before fi's own
add_option() {
    local name="${1%%=*}"
    case ",$plugin_option_names," in
    *,"$name",*) return 0 ;;
    esac
    plugin_option_names=$plugin_option_names,$name
    plugin_options=$plugin_options,$name=$(comma_safe "${1#*=}")
}

need_value() {
    [ "$2" -gt 1 ] || usage_error "run: $1 needs a value"
}

is_pair() {
    case $2 in
    [!=]*=*) ;;
    *) usage_error "run: $1 needs NAME=VALUE, not '$2'" ;;
    esac
}

is_elf() {
    [ "$(head -c 4 "$1" | od -An -tx1 | tr -d ' ')" = 7f454c46 ]
}

guest_names() {
    for elf in "$FI_BUILD_DIR"/tests/guest/*.elf; do
        [ -e "$elf" ] || continue
        elf=${elf##*/}
        printf ' %s' "${elf%.elf}"
    done
}

# choose_kernel: sets kernel from --kernel or from the header; with QEMU arguments of one's own there need not be any
choose_kernel() {
    if [ -n "$linux" ]; then
        kernel=$LINUX_DIR/kernel
    elif [ -n "$kernel" ]; then
        [ -f "$kernel" ] || die "--kernel names $kernel, which does not exist"
    elif [ -n "$header_guest" ]; then
        kernel=$FI_BUILD_DIR/tests/guest/$header_guest.elf
        [ -f "$kernel" ] || die "$script is for the guest $header_guest, which does not exist; there are:$(guest_names)"
    elif [ "$own_arguments" = 0 ]; then
        [ -z "$scenario" ] || die "--scenario $scenario needs a guest: give --kernel FILE, or QEMU's own arguments after --"
        [ -n "$script$config" ] || die "without a script no guest is named: give --kernel FILE, or QEMU's own arguments after --"
        die "${script:-$config} does not say for which guest it is: give --kernel FILE, or have a line '-- fi: guest=NAME' in the header of a script"
    fi
}

# with_command_line FUNCTION ARGUMENT...: call FUNCTION with QEMU's command line, which ends in the arguments
#
# sh has one list of words that keeps spaces, the positional parameters, so the command line is made by prepending to them.
with_command_line() {
    local function="$1" serial=1 word
    shift
    for word; do
        case $word in
        # Two users of the terminal are an error to QEMU
        -serial | -chardev) serial= ;;
        esac
    done
    [ -n "$kernel" ] && set -- -kernel "$kernel" "$@"
    [ -n "$icount" ] && set -- -icount "$icount" "$@"
    [ -n "$accel" ] && set -- -accel "$accel" "$@"
    [ -n "$smp" ] && set -- -smp "$smp" "$@"
    [ -n "$serial" ] && set -- -serial stdio "$@"
    if [ -n "$linux" ]; then
        [ -z "$disk" ] || set -- -drive "file=$(comma_safe "$linux_files/disk"),format=raw,if=none,id=disk" \
            -device virtio-blk-pci,id=blk,drive=disk,iommu_platform=on,disable-legacy=on "$@"
        [ -z "$shell" ] || set -- -fw_cfg "name=opt/org.fi_lua/test,file=$(comma_safe "$linux_files/test.sh")" "$@"
        set -- -initrd "$LINUX_DIR/initrd" -append "$LINUX_APPEND$append" -no-reboot \
            -rtc base=2026-01-01T00:00:00,clock=vm "$@"
    fi
    # Bare-metal guests end the run by semihosting where they have no PSCI
    set -- -display none -nodefaults -nic none -semihosting-config enable=on,target=native "$@"
    case $machine in
    virt)
        set -- -M virt,secure=off,gic-version=3 -cpu "${cpu:-cortex-a53}" -m 128 "$@"
        ;;
    virt,* | virt-*)
        set -- -M "$machine" -cpu "${cpu:-cortex-a53}" -m "$memory" "$@"
        ;;
    *)
        [ -n "$cpu" ] && set -- -cpu "$cpu" "$@"
        set -- -M "$machine" "$@"
        ;;
    esac
    "$function" "$QEMU_BIN" "$@"
}

# run_here COMMAND...: in the foreground for the user, yet with signals passed on: when fi is told to end, so is QEMU, and
# what the journal has is shown all the same
run_here() {
    # A background command would read /dev/null
    exec 3<&0
    "$@" <&3 3<&- &
    qemu_pid=$!
    exec 3<&-
    trap 'interrupted=1; kill -TERM "$qemu_pid" 2>/dev/null' TERM HUP
    # The terminal has sent it to QEMU as well
    trap 'interrupted=1' INT
    while :; do
        wait "$qemu_pid"
        qemu_status=$?
        # A signal to fi ends wait before QEMU has ended
        kill -0 "$qemu_pid" 2>/dev/null || break
    done
    trap - TERM HUP INT
}

run_golden() {
    run_here "$@"
}

run_faulty() {
    run_here "$@" -plugin "file=$(comma_safe "$PLUGIN")$plugin_options"
}

# A journal shows what was done to the guest; its fault lines are the part that one wants to see at once, but for a fault that
# happens at each of a thousand accesses.
FAULTS_SHOWN=10
show_journal() {
    local faults
    if [ ! -s "$journal" ]; then
        return
    fi
    faults=$(grep -Ec '"kind": ?"fault"' "$journal")
    if [ "$faults" -gt 0 ]; then
        echo "journal:"
        grep -E -m "$FAULTS_SHOWN" '"kind": ?"fault"' "$journal"
    fi
    if [ "$faults" -gt "$FAULTS_SHOWN" ]; then
        echo "(and $((faults - FAULTS_SHOWN)) faults more)"
    fi
    echo "(the whole journal: $journal)"
}

cmd_run() {
    local script='' scenario='' config='' kernel='' machine='' cpu='' smp='' accel='' icount='' journal='' socket='' own_arguments=0 pair
    local linux='' shell='' disk='' append='' memory=128
    plugin_options=
    plugin_option_names=
    qemu_status=0
    interrupted=
    while [ $# -gt 0 ]; do
        case $1 in
        --kernel | --machine | --cpu | --smp | --accel | --icount | --qemu | --journal | --socket | --seed | --arg | --opt | --config | \
            --scenario | --sh | --append)
            need_value "$1" $#
            ;;
        esac
        case $1 in
        --config) config=$2 && shift ;;
        --scenario) scenario=$2 && shift ;;
        --kernel) kernel=$2 && shift ;;
        --linux) linux=1 ;;
        --sh) shell=$shell$2$newline && shift ;;
        --disk) disk=1 ;;
        --append) append="$append $2" && shift ;;
        --machine) machine=$2 && shift ;;
        --cpu) cpu=$2 && shift ;;
        --smp) smp=$2 && shift ;;
        --accel) accel=$2 && shift ;;
        --icount) icount=$2 && shift ;;
        --qemu) FI_QEMU=$2 && shift ;;
        --journal) journal=$2 && shift ;;
        --socket) socket=$(absolute_path "$2") && shift ;;
        --seed) add_option "seed=$2" && shift ;;
        --arg) is_pair "$1" "$2" && add_option "arg.$2" && shift ;;
        --opt) is_pair "$1" "$2" && add_option "$2" && shift ;;
        --no-install) FI_NO_INSTALL=1 ;;
        -h | --help) usage && exit 0 ;;
        --)
            shift
            own_arguments=$#
            break
            ;;
        -*) usage_error "run: no such option: $1 (arguments for QEMU come after --)" ;;
        *)
            [ -z "$script" ] || usage_error "run: one script only, not $script and $1 as well (arguments for QEMU come after --)"
            script=$1
            ;;
        esac
        shift
    done
    if [ -n "$config" ]; then
        [ -f "$config" ] || die "--config names $config, which is no file"
        add_option "config=$(absolute_path "$config")"
    fi
    if [ -n "$scenario" ]; then
        [ -z "$script" ] || usage_error "run: a script or --scenario, not $script and $scenario as well"
        script=$FI_STDLIB/fi/run_scenario.lua
        add_option "arg.scenario=$scenario"
    fi
    if [ -n "$script" ]; then
        [ -e "$script" ] || die "no such script: $script"
        [ -f "$script" ] || die "$script is not a file"
        script=$(absolute_path "$script")
    elif [ -z "$config$socket$linux" ]; then
        usage_error "run: which script? (or --scenario NAME of the library, --config FILE, a document of faults, --socket PATH, or --linux)"
    fi
    read_header "${script:-/dev/null}"
    choose_linux
    machine=${machine:-${header_machine:-virt}}
    cpu=${cpu:-$header_cpu}
    smp=${smp:-$header_smp}
    accel=${accel:-$header_accel}
    icount=${icount:-$header_icount}

    ensure_all build
    [ -z "$linux" ] || make_linux_files
    choose_kernel
    if [ -z "$journal" ]; then
        journal=$(mktemp -d "${TMPDIR:-/tmp}/fi_lua.XXXXXX")/journal.jsonl || die "cannot create a temporary directory"
    fi
    journal=$(absolute_path "$journal")
    IFS=,
    for pair in $header_args; do
        add_option "arg.$pair"
    done
    unset IFS
    [ -z "$script" ] || add_option "script=$script"
    [ -z "$socket" ] || add_option "socket=$socket"
    add_option "stdlib=$FI_STDLIB"
    add_option "journal=$journal"
    [ -n "$kernel" ] && is_elf "$kernel" && add_option "symbols=$(absolute_path "$kernel")"

    if [ -z "$script$config$socket" ]; then
        # A look at the guest as it is: nothing for the plugin to do
        with_command_line run_golden "$@"
        exit "$qemu_status"
    fi
    if [ "$header_compare" = golden ]; then
        echo "golden run:"
        with_command_line run_golden "$@"
        [ -z "$interrupted" ] || exit "$qemu_status"
        echo
        echo "faulty run:"
    fi
    with_command_line run_faulty "$@"
    show_journal
    exit "$qemu_status"
}
