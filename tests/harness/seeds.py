#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random numbers come from the seed: compares whole runs of tests/scenarios/rng.lua. TAP; the arguments are those of
run_scenarios.py, without files."""
import re
import sys
import tempfile

import run_scenarios
import scenario as scenarios

SCRIPT = run_scenarios.ROOT / "tests" / "scenarios" / "rng.lua"


def numbers(config, **options):
    """The line of random numbers that a run logs, and the seed that it says it has."""
    scenario = scenarios.Scenario(path=SCRIPT, script=str(SCRIPT), guest="checksum")
    scenario.options = list(options.items())
    with tempfile.TemporaryDirectory(prefix="fi-seeds-") as directory:
        result, lines, _ = run_scenarios.run_once(config, scenario, directory)
    logged = [line["text"] for line in lines or [] if line.get("kind") == "log" and line["text"].startswith("numbers ")]
    printed = re.search(r"^fi_lua: seed (\d+)$", "\n".join(result.stderr), re.MULTILINE)
    if len(logged) != 1 or not printed:
        raise run_scenarios.Failure("no numbers: " + " / ".join(result.stderr))
    return logged[0], printed[1], lines[0]["seed"]


def compare(config):
    """(name, whether it holds) for each property."""
    first, printed, journaled = numbers(config, seed="7")
    again, _, _ = numbers(config, seed="7")
    other, _, _ = numbers(config, seed="8")
    largest, printed_largest, _ = numbers(config, seed=str(2**64 - 1))
    # None takes the harness's own seed=1 away.
    chosen, printed_chosen, _ = numbers(config, seed=None)
    another, printed_another, _ = numbers(config, seed=None)
    repeated, _, _ = numbers(config, seed=printed_chosen)
    yield "the seed is printed and in the journal", printed == journaled == "7"
    yield "the same seed gives the same numbers", first == again
    yield "another seed gives others", first != other
    yield "a seed of 64 bits", printed_largest == str(2**64 - 1) and largest not in (first, other)
    yield "without one each run has its own", printed_chosen != printed_another and chosen != another
    yield "a run is repeated with the seed that it printed", repeated == chosen


def main():
    config = run_scenarios.parse_arguments(sys.argv[1:] + [str(SCRIPT)])
    failed = False
    count = 0
    try:
        for count, (name, holds) in enumerate(compare(config), 1):
            failed |= not holds
            print(f"{'ok' if holds else 'not ok'} {count} - {name}", flush=True)
    except run_scenarios.Failure as error:
        failed = True
        count += 1
        print(f"not ok {count} - {error}")
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
