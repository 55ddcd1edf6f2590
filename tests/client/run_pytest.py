#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs pytest and says in TAP what came of it; pytest's own report is on stderr. run_pytest.py [--env NAME=VALUE]... PATH..."""
import argparse
import os
import sys

try:
    import pytest
except ImportError as missing:
    print(f"1..1\nnot ok 1 - {missing}: install python3-pytest")
    sys.exit(1)


class Tap:
    """A plugin of pytest."""

    def __init__(self):
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        # What pytest and the tests print is no TAP
        os.dup2(2, 1)
        self.number = 0

    def line(self, ok, name, directive=""):
        self.number += 1
        self.out.write(f"{'ok' if ok else 'not ok'} {self.number} - {name.replace('#', '_')}{directive}\n")
        self.out.flush()

    # A test has three phases, of which "call" is the test itself; the others speak only if they fail or skip.
    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.line(False, report.nodeid + ("" if report.when == "call" else f" ({report.when})"))
        elif report.skipped:
            why = report.longrepr[2] if isinstance(report.longrepr, tuple) else "expected to fail"
            self.line(True, report.nodeid, f" # SKIP {why}")
        elif report.when == "call":
            self.line(True, report.nodeid)

    def pytest_collectreport(self, report):
        if report.failed:
            self.line(False, f"{report.nodeid} cannot be read")

    def finish(self, status):
        # A failure of its own, or no tests at all
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
            self.line(False, f"pytest ended with {status!r}")
        self.out.write(f"1..{self.number}\n")
        self.out.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="an environment variable")
    parser.add_argument("paths", nargs="+")
    arguments = parser.parse_args()
    os.environ.update(pair.split("=", 1) for pair in arguments.env)
    sys.dont_write_bytecode = True
    tap = Tap()
    # Its cache would be left in the source tree
    status = pytest.main(["-p", "no:cacheprovider", *arguments.paths], plugins=[tap])
    tap.finish(status)
    return 0 if status == pytest.ExitCode.OK else 1


if __name__ == "__main__":
    sys.exit(main())
