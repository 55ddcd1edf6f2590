#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# check.sh: form of the sources, as TAP: licences, Lua by luacheck, C by clang-format, types of the Python client by mypy.

set -u

cd "$(dirname -- "$(readlink -f -- "$0")")/../.." || exit 1
number=0
failed=0

# result STATUS NAME FILE-WITH-DETAILS
result() {
    number=$((number + 1))
    if [ "$1" = 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        sed 's/^/# /' "$3"
        failed=1
    fi
}

details=$(mktemp) || exit 1
trap 'rm -f "$details"' EXIT

# Every source says its licence; scripts/ is MIT, all else GPL.
find plugin tests tools bench qemu-patches scripts fi -type f \
    \( -name '*.[chS]' -o -name '*.lua' -o -name '*.py' -o -name '*.sh' -o -name 'meson.build' -o -name fi -o -name '*.mak' \) \
    -not -name 'pin_table.csv' |
    while read -r file; do
        case $file in
        scripts/*) want=MIT ;;
        *) want=GPL-2.0-or-later ;;
        esac
        head -n 15 "$file" | grep -q "SPDX-License-Identifier: $want" || echo "$file: no SPDX line for $want"
    done >"$details"
[ ! -s "$details" ]
result $? "SPDX lines" "$details"

if command -v luacheck >/dev/null; then
    luacheck --quiet --no-color --codes scripts tests bench tools plugin/lua >"$details" 2>&1
    result $? "luacheck" "$details"
else
    number=$((number + 1))
    echo "ok $number - luacheck # SKIP no luacheck"
fi

# Each version of clang-format has its own ideas; .clang-format was written for this one.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
    find plugin tools/repl tests/unit -name '*.[ch]' -not -name qemu-plugin-fi.h -exec clang-format --dry-run -Werror {} + >"$details" 2>&1
    result $? "clang-format" "$details"
else
    number=$((number + 1))
    echo "ok $number - clang-format # SKIP no clang-format 14"
fi

if command -v mypy >/dev/null; then
    mypy --strict --python-version 3.9 --cache-dir=/dev/null scripts/python >"$details" 2>&1
    result $? "mypy" "$details"
else
    number=$((number + 1))
    echo "ok $number - mypy # SKIP no mypy"
fi

echo "1..$number"
exit $failed
