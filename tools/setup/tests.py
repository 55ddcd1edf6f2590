#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What ./fi test asks about Meson's tests.

tests.py has-suite BUILD SUITE     is there such a suite? An empty name always is.
tests.py count BUILD STATUS        print the counts of the run that meson test left with STATUS
"""

import json
import os
import re
import subprocess
import sys

TAP_RESULT = re.compile(r"(not )?ok\b([^#]*)(#\s*(skip|todo)\b)?", re.IGNORECASE)
TAP_PLAN = re.compile(r"1\.\.\d+")
BAD = {"FAIL", "TIMEOUT", "INTERRUPT", "ERROR", "UNEXPECTEDPASS"}


def suites(build):
    meson = "/usr/bin/meson" if os.access("/usr/bin/meson", os.X_OK) else "meson"
    tests = json.loads(subprocess.check_output([meson, "introspect", "--tests", build]))
    # Meson puts the project's name before each
    return sorted({suite.rpartition(":")[2] for test in tests for suite in test["suite"]})


def has_suite(build, suite):
    known = suites(build)
    if suite and suite not in known:
        print(f"fi: error: there is no test suite '{suite}'; there are: {', '.join(known)}", file=sys.stderr)
        return False
    return True


def count_tap(lines):
    """The subtests that a TAP program reported: passed, failed, skipped."""
    passed = failed = skipped = 0
    for line in lines:
        match = TAP_RESULT.match(line)
        if not match:
            continue
        bad = match[1] is not None
        directive = (match[4] or "").lower()
        if directive == "skip" or (directive == "todo" and bad):
            skipped += 1
        elif bad or directive == "todo":
            failed += 1
        else:
            passed += 1
    return passed, failed, skipped


def count_test(test):
    """One line of Meson's log, which is one test program."""
    lines = (test.get("stdout") or "").splitlines()
    result = test["result"]
    passed = failed = skipped = 0
    if any(TAP_PLAN.match(line) for line in lines):
        passed, failed, skipped = count_tap(lines)
    if result in BAD:
        # A program that reported a failed subtest ends with 1, as it should; one that was killed failed in that as well
        killed = result in ("TIMEOUT", "INTERRUPT") or not 0 <= test["returncode"] < 128
        if killed or not failed:
            failed += 1
    elif not passed + failed + skipped:
        if result == "SKIP":
            skipped = 1
        else:
            passed = 1
    return passed, failed, skipped


def count(build, status):
    log = os.path.join(build, "meson-logs", "testlog.json")
    total = [0, 0, 0]
    if os.path.exists(log):
        with open(log, encoding="utf-8", errors="replace") as file:
            for line in file:
                total = [a + b for a, b in zip(total, count_test(json.loads(line)))]
    if status and not total[1]:
        print("meson test itself failed")
        total[1] = 1
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return total[1] == 0


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "has-suite":
        ok = has_suite(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 4 and sys.argv[1] == "count":
        ok = count(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(__doc__)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
