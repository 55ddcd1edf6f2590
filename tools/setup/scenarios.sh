# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ./fi scenarios: what the library has, read from its reference.

# The generated part of docs/scenarios.md: a table, then a section for each
list_scenarios() {
    sed -n 's/^| \[\([a-z0-9_]*\)\](#[^)]*) | \(.*\) |$/\1\t\2/p' "$FI_SCENARIO_REFERENCE" | awk -F '\t' '{ printf "%-16s %s\n", $1, $2 }'
}

# show_scenario NAME: its section, with the table of parameters as a list
show_scenario() {
    awk -v name="$1" '
        /^### / || /^<!-- end/ { shown = $0 == "### " name }
        !shown || /^### / || /^\| (---|parameter)/ || /^Example: / { next }
        /^\| `/ {
            gsub(/\\\|/, "\001"); split($0, cell, " *[|] *"); gsub(/`/, "", cell[2]); gsub(/`/, "", cell[4])
            default_text = cell[4] == "" || cell[4] == "must be given" ? cell[4] : "default " cell[4]
            line = sprintf("  %-12s %s (%s%s)", cell[2], cell[5], cell[3], default_text == "" ? "" : "; " default_text)
            gsub("\001", "|", line); gsub(/`/, "", line)
            print line; next
        }
        { gsub(/\*\*|`/, ""); if ($0 != "" || started) { print; started = 1 } }' "$FI_SCENARIO_REFERENCE" |
        cat -s
}

cmd_scenarios() {
    case $#,${1-} in
    0,) list_scenarios ;;
    *,-h | *,--help) usage ;;
    1,*)
        list_scenarios | grep -q "^$1 " || die "no scenario '$1' in the library; there are: $(list_scenarios | cut -d ' ' -f 1 | paste -sd ' ')"
        show_scenario "$1"
        echo "  ./fi run --scenario $1 --arg PARAMETER=VALUE ... --kernel FILE" | sed "s,\./fi,$FI_NAME,"
        ;;
    *) usage_error "scenarios: one NAME at most" ;;
    esac
}
