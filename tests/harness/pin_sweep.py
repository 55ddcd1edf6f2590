#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Skips each instruction of the guest pin in turn, persistently and once, and compares what the guest prints with
tests/guest/pin_table.csv, which was derived by hand. TAP; the arguments are those of run_scenarios.py, without files."""
import concurrent.futures
import csv
import functools
import sys

import journal
import run_scenarios
import scenario as scenarios

TABLE = run_scenarios.ROOT / "tests" / "guest" / "pin_table.csv"
SCRIPT = run_scenarios.ROOT / "tests" / "scenarios" / "pin" / "skip.lua"
COLUMNS = {"always": "persistent_outcome", "once": "once_outcome"}


def rows():
    with open(TABLE, encoding="utf-8", newline="") as table:
        yield from csv.DictReader(line for line in table if not line.startswith("#"))


def make_scenario(row, persistence):
    scenario = scenarios.Scenario(path=SCRIPT, script=str(SCRIPT), guest="pin")
    scenario.options = [("arg.label", row["label"]), ("arg.persistence", persistence)]
    scenario.stdout = [("line", row[COLUMNS[persistence]])]
    scenario.journal = [{"kind": "fault", "action": "skip", "hit": 1}]
    if persistence == "once":
        scenario.journal_counts = [({"kind": "fault"}, 1)]
    # The opcode's digits prove the instruction's size; leading zeros are not written.
    size = int(row["size_bytes"])
    scenario.journal[0]["old"] = "~^0x[0-9a-f]{1,4}$" if size == 2 else "~^0x[0-9a-f]{5,8}$"
    return scenario


def check_case(config, validator, case):
    row, persistence = case
    with run_scenarios.run_directory(config, row["label"]) as directory:
        try:
            return run_scenarios.check_in(config, make_scenario(row, persistence), validator, directory)
        except run_scenarios.Failure as error:
            return [error.args[0]], []


def why_not(config):
    """Why this QEMU cannot skip instructions, or None."""
    scenario = scenarios.Scenario(path=SCRIPT, script=str(SCRIPT), guest="pin", requires=["set_pc"])
    try:
        run_scenarios.check_applies(config, scenario, run_scenarios.Environment(config))
    except run_scenarios.Skip as skip:
        return skip.args[0]
    return None


def main():
    config = run_scenarios.parse_arguments(sys.argv[1:] + [str(SCRIPT)])
    reason = why_not(config)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    validator = journal.make_validator()
    cases = [(row, persistence) for row in rows() for persistence in COLUMNS]
    print(f"1..{len(cases)}", flush=True)
    failed = False
    with concurrent.futures.ThreadPoolExecutor(config.jobs) as pool:
        results = pool.map(functools.partial(check_case, config, validator), cases)
        for number, ((row, persistence), (problems, details)) in enumerate(zip(cases, results), 1):
            failed |= bool(problems)
            name = f"{row['label']} {row['instruction']} {persistence}"
            print(f"{'not ok' if problems else 'ok'} {number} - {name} [{config.mode}]")
            for line in problems + details:
                print(f"# {line}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
