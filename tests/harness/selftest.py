#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Proves that the harness reports what is wrong: fake scenarios, run by a fake QEMU, each with a known outcome. TAP.

The fake QEMU is a shell script that executes the "--sh " lines of the scenario it is given, with the variables JOURNAL
(the file), MONITOR (the socket), STOCK (on, or empty), TEST and DISK (the Linux guest's files), NO_REBOOT (yes, or empty),
and RUN (1, 2, … for each run of the same scenario).
"""
import contextlib
import io
import json
import pathlib
import re
import sys
import tempfile
import textwrap

import run_scenarios

FAKE_QEMU = r"""#!/bin/sh
script= JOURNAL= STOCK= MONITOR= TEST= DISK= NO_REBOOT=
while [ $# -gt 0 ]; do
    case $1 in
    -plugin)
        script=$(printf %s "$2" | sed -n 's/.*,script=\([^,]*\).*/\1/p')
        JOURNAL=$(printf %s "$2" | sed -n 's/.*,journal=\([^,]*\).*/\1/p')
        STOCK=$(printf %s "$2" | sed -n 's/.*,stock=\([^,]*\).*/\1/p') ;;
    -no-reboot)
        NO_REBOOT=yes ;;
    -fw_cfg)
        TEST=$(printf %s "$2" | sed -n 's/.*,file=//p') ;;
    -drive)
        DISK=$(printf %s "$2" | sed -n 's/.*file=\([^,]*\),.*/\1/p') ;;
    -monitor)
        MONITOR=$(printf %s "$2" | sed -n 's/unix:\([^,]*\),.*/\1/p') ;;
    esac
    shift
done
runs=$script.runs
echo >>"$runs"
RUN=$(wc -l <"$runs" | tr -d ' ')
export JOURNAL STOCK MONITOR TEST DISK NO_REBOOT RUN
case $script in
*probe.lua) body=$(cat "$(dirname "$0")/probe.sh") ;;
*) body=$(sed -n 's/^--sh //p' "$script") ;;
esac
cd "$(dirname "$0")" || exit 1
eval "$body"
"""

# Stands for QEMU's monitor: ends with status 6 when it is told to quit.
FAKE_MONITOR = """
import os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(os.environ["MONITOR"])
server.listen(1)
print("ready", flush=True)
connection, _ = server.accept()
sys.exit(6 if connection.makefile().readline() == "quit\\n" else 7)
"""

START = {"n": 1, "t": None, "kind": "start", "journal": 1, "plugin": "0.1.0", "api": 6, "tier": "stock",
         "target": "aarch64", "vcpus": 1, "script": "x.lua", "config": None, "seed": "1", "args": {}, "caps": ["set_pc"]}
FAULT = {"t": None, "kind": "fault", "vcpu": 0, "pc": "0x40200000", "at": "f", "trigger": "on_pc f", "hit": 1,
         "action": "write_register", "target": "x0", "old": "0x1", "new": "0x3"}
VERDICT = {"t": None, "kind": "verdict", "code": 0, "why": "2 passed, 0 failed"}
ERROR = {"t": None, "kind": "error", "trigger": None, "message": "x.lua:1: no", "traceback": "", "disabled": False}
FIRED = {"t": None, "kind": "trigger", "name": "on_pc f", "type": "pc", "hits": 1, "fired": 1, "errors": 0,
         "state": "active"}
SILENT = dict(FIRED, hits=0, fired=0)
NOT_FIRED = {"t": None, "kind": "not_fired", "name": "on_pc f", "hits": 0}
END = {"t": None, "kind": "end", "reason": "qemu", "code": None}


def journal_text(*lines, **end):
    """A journal with right numbers around the given lines; `end` overrides fields of the last one."""
    lines = [START, *lines, dict(END)]
    faults = sum(line["kind"] == "fault" for line in lines)
    lines[-1] = dict(lines[-1], faults=faults, lines=len(lines), **end)
    return [json.dumps(dict(line, n=n)) for n, line in enumerate(lines, 1)]


def write_journal(lines):
    return [f"--sh printf '%s\\n' '{line}' >>\"$JOURNAL\"" for line in lines]


GOOD = write_journal(journal_text(FAULT, FIRED))
HEAD = ["--! guest: fake", "--! stdout: hello", "--sh echo hello"]
LINUX = ["--! guest: linux", "--sh echo one; echo test: two; echo three"]
WITH_LINUX = ["--linux", "@DIR@/linux"]


def replaced(lines, old, new):
    assert any(old in line for line in lines), old
    return [line.replace(old, new) for line in lines]


# name: (the scenario's lines, what the report must say or None if it must pass, more arguments)
CASES = {
    "passes": (HEAD + GOOD, None, []),
    "journal lines match": (HEAD + ['--! journal: {"kind":"fault","target":"x0","at":"~^f"}'] + GOOD, None, []),
    "a scenario that rewrites itself begins afresh each time": (
        HEAD + ["--! rewrites-itself", "--sh case $script in */fi-scenario-*) ;; *) exit 9 ;; esac",
                "--sh grep -q ^spoilt $script && exit 8", "--sh echo spoilt >>$script"] + GOOD, None, ["--mode", "icount"]),
    "wrong output": (["--! guest: fake", "--! stdout: hello", "--sh echo bye"] + GOOD, "got 'bye'", []),
    "missing output": (["--! guest: fake", "--! stdout: hello"] + GOOD, "the end of the output", []),
    "surplus output": (HEAD + ["--sh echo more"] + GOOD, "unexpected line 'more'", []),
    "output in the wrong order": (
        ["--! guest: fake", "--! stdout: a", "--! stdout: b", "--sh echo b; echo a"] + GOOD, "got 'b'", []),
    "a gap in the output": (
        ["--! guest: fake", "--! stdout-any", "--! stdout: b", "--sh echo a; echo b"] + GOOD, None, []),
    "a gap does not end the output": (
        ["--! guest: fake", "--! stdout-any", "--! stdout: b", "--sh echo a; echo b; echo c"] + GOOD,
        "unexpected line 'c'", []),
    "output where none is expected": (
        ["--! guest: fake", "--! stdout-empty", "--sh echo a"] + GOOD, "unexpected line 'a'", []),
    "forbidden output": (HEAD + ["--! not-stdout: ell"] + GOOD, "has 'ell'", []),
    "missing message": (HEAD + ["--! stderr-re: ^fi_lua: no"] + GOOD, "no line matches", []),
    "forbidden message": (HEAD + ["--! not-stderr-re: oops", "--sh echo oops >&2"] + GOOD, "matches 'oops'", []),
    "wrong exit status": (HEAD + GOOD + ["--sh exit 3"], "exit status 3, expected 0", []),
    "expected exit status": (HEAD + ["--! exit: 3"] + GOOD + ["--sh exit 3"], None, []),
    "killed by a signal": (HEAD + GOOD + ["--sh kill -SEGV $$"], "died of signal 11", []),
    "no journal": (HEAD, "there is no journal", []),
    "no journal, as expected": (HEAD + ["--! no-journal"], None, []),
    "a journal where none is expected": (HEAD + ["--! no-journal"] + GOOD, "expected none", []),
    "wrong journal": (HEAD + ['--! journal: {"kind":"fault","target":"x1"}'] + GOOD, "no line matches", []),
    "journal in the wrong order": (
        HEAD + ['--! journal: {"kind":"trigger"}', '--! journal: {"kind":"fault"}'] + GOOD, "behind line 3", []),
    "a boolean is not a number": (
        HEAD + ['--! journal: {"kind":"trigger","errors":false}'] + GOOD, "no line matches", []),
    "forbidden journal line": (HEAD + ['--! not-journal: {"kind":"fault"}'] + GOOD, "matches", []),
    "wrong count": (HEAD + ["--! journal-count: fault 2"] + GOOD, "1 lines match", []),
    "right count": (HEAD + ["--! journal-count: fault 1"] + GOOD, None, []),
    "checks that ran": (HEAD + ["--! checks: 2"] + write_journal(journal_text(VERDICT)), None, []),
    "checks that did not run": (HEAD + ["--! checks: 2"] + GOOD, "0 lines match", []),
    "another number of checks": (HEAD + ["--! checks: 3"] + write_journal(journal_text(VERDICT)), "0 lines match", []),
    "missing end line": (HEAD + GOOD[:-1], "the journal is incomplete", []),
    "line after the end": (HEAD + GOOD + GOOD[-2:-1], "lines after the end line", []),
    "cut-off line": (HEAD + GOOD[:-1] + ["--sh printf '{\"n\":' >>\"$JOURNAL\""], "cut off", []),
    "not JSON": (HEAD + ["--sh echo oops >\"$JOURNAL\""], "not JSON", []),
    "a key twice": (HEAD + replaced(GOOD, '"vcpu": 0', '"vcpu": 0, "vcpu": 0'), "twice", []),
    "schema: unknown field": (HEAD + replaced(GOOD, '"hit": 1', '"hit": 1, "color": 1'), "'color' was unexpected", []),
    "schema: unknown kind": (HEAD + replaced(GOOD, '"kind": "fault"', '"kind": "oops"'), "is not one of", []),
    "schema: number for an address": (HEAD + replaced(GOOD, '"pc": "0x40200000"', '"pc": 5'), "pc", []),
    "schema: upper-case value": (HEAD + replaced(GOOD, '"0x3"', '"0xA"'), "does not match", []),
    "schema: a fault without its old value": (HEAD + replaced(GOOD, '"old": "0x1", ', ""), "'old' is a required", []),
    "schema: a skip with a new value": (
        HEAD + replaced(replaced(GOOD, "write_register", "skip"), '"target": "x0", ', ""), "new", []),
    "large number": (HEAD + replaced(GOOD, '"hits": 1', '"hits": 9007199254740993'), "does not fit", []),
    "wrong line number": (HEAD + replaced(GOOD, '"n": 2', '"n": 7'), "n is 7", []),
    "wrong number of faults": (HEAD + replaced(GOOD, '"faults": 1', '"faults": 2'), "says 2 faults", []),
    "wrong number of lines": (HEAD + replaced(GOOD, '"lines": 4', '"lines": 5'), "says 5 lines", []),
    "no not_fired line": (HEAD + write_journal(journal_text(SILENT)), "not_fired: False", []),
    "with its not_fired line": (HEAD + write_journal(journal_text(SILENT, NOT_FIRED)), None, []),
    "false not_fired line": (HEAD + write_journal(journal_text(FIRED, NOT_FIRED)), "not_fired: True", []),
    "fault behind the summary": (HEAD + write_journal(journal_text(FIRED, FAULT)), "but fault follows", []),
    "fault behind an ended trigger": (
        HEAD + write_journal(journal_text(dict(FIRED, state="ended"), FAULT)), None, []),
    "fi.exit without its verdict": (
        HEAD + write_journal(journal_text(FIRED, reason="fi.exit", code=0)), "no verdict line", []),
    "unexpected error line": (HEAD + write_journal(journal_text(ERROR)), "unexpected error: x.lua:1: no", []),
    "expected error line": (
        HEAD + ['--! journal: {"kind":"error"}'] + write_journal(journal_text(ERROR)), None, []),
    "hang": (HEAD + ["--! timeout: 0.5", "--sh exec sleep 30"], "hung", []),
    "hang with its output closed": (
        HEAD + ["--! timeout: 0.5", "--sh exec >&-; exec sleep 30"], "hung", []),
    "sanitizer": (
        HEAD + ["--sh echo '==1==ERROR: AddressSanitizer: heap' >&2"] + GOOD, "AddressSanitizer", []),
    "leak": (HEAD + ["--sh echo '==1==ERROR: LeakSanitizer: detected' >&2"] + GOOD, "LeakSanitizer", []),
    "assertion": (HEAD + ["--sh echo \"x.c:1: f: Assertion 'x' failed.\" >&2"] + GOOD, "Assertion", []),
    "signal": (
        ["--! guest: fake", "--! stdout: ready", "--! signal: TERM after ready", "--! exit: 4",
         "--sh trap 'exit 4' TERM", "--sh echo ready", "--sh while :; do sleep 0.05; done"] + ["--! no-journal"],
        None, []),
    "monitor": (
        ["--! guest: fake", "--! stdout: ready", "--! monitor: quit after ready", "--! exit: 6", "--! no-journal",
         "--sh exec python3 monitor.py"], None, []),
    "signal that is never due": (
        HEAD + ["--! signal: TERM after ready"] + GOOD, "never printed 'ready'", []),
    "unknown directive": (HEAD + ["--! colour: red"] + GOOD, "no directive", []),
    "bad directive value": (HEAD + ["--! exit: soon"] + GOOD, "exit: invalid literal", []),
    "bad JSON in a directive": (HEAD + ["--! journal: {"] + GOOD, "journal: ", []),
    "expects nothing": (["--! guest: fake"] + GOOD, "expects nothing", []),
    "no guest named": (["--! stdout: hello"] + GOOD, "says no guest", []),
    "guest missing": (["--! guest: other", "--! stdout: hello"] + GOOD, "no guest 'other'", []),
    "other mode": (HEAD + ["--! modes: icount", "--sh exit 9"], "# SKIP only for icount", []),
    "missing capability": (HEAD + ["--! requires: clock", "--sh exit 9"], "# SKIP this QEMU lacks clock", []),
    "present capability": (HEAD + ["--! requires: set_pc"] + GOOD, None, []),
    "other tier": (HEAD + ["--! tiers: patched", "--sh exit 9"], "# SKIP only for the patched tier", []),
    "stock tier": (HEAD + ["--! exit: 5", "--sh test \"$STOCK\" = on || exit 1"] + GOOD + ["--sh exit 5"], None,
                   ["--tier", "stock"]),
    "same journal twice": (HEAD + GOOD, None, ["--mode", "icount"]),
    "two journals": (
        HEAD + replaced(GOOD, '"0x3"', '"0x\'$RUN\'"'), "two runs, two journals: line 2", ["--mode", "icount"]),
    "two journals of several vCPUs": (
        HEAD + ["--! smp: 2", "--! stdout-any"] + replaced(GOOD, '"0x3"', '"0x\'$RUN\'"'), None,
        ["--mode", "icount"]),
    "two journals, for a reason": (
        HEAD + ["--! nondeterministic: the host's clock"] + replaced(GOOD, '"0x3"', '"0x\'$RUN\'"'), None,
        ["--mode", "icount"]),
    "linux: what the kernel says need not be expected": (LINUX + ["--! stdout: test: two"] + GOOD, None, WITH_LINUX),
    "linux: what the kernel says can be expected": (
        LINUX + ["--! stdout: one", "--! stdout: test: two", "--! stdout: three"] + GOOD, None, WITH_LINUX),
    "linux: what the kernel does not say": (
        LINUX + ["--! stdout: four", "--! stdout: test: two"] + GOOD, "expected line 'four', got 'test: two'", WITH_LINUX),
    "linux: what the kernel said too early": (
        LINUX + ["--! stdout: test: two", "--! stdout: one"] + GOOD, "got the end of the output", WITH_LINUX),
    "linux: what the script prints must be expected": (
        LINUX + ["--! stdout: one"] + GOOD, "unexpected line 'test: two'", WITH_LINUX),
    "linux: the script must not print it earlier": (
        LINUX + ["--! stdout: three", "--! stdout: test: two"] + GOOD, "got 'test: two'", WITH_LINUX),
    "linux: the script and the disk are given": (
        ["--! guest: linux", "--! disk", "--! sh: echo a", "--! sh: echo b", "--! stdout: a", "--! stdout: b",
         "--! stdout: 4194304", "--sh . \"$TEST\"; wc -c <\"$DISK\""] + GOOD, None, WITH_LINUX),
    "linux: no disk unless it is asked for": (
        ["--! guest: linux", "--! stdout: none", "--sh echo \"${DISK:-none}\""] + GOOD, None, WITH_LINUX),
    "linux: a reset ends QEMU": (
        ["--! guest: linux", "--! stdout: yes", "--sh echo $NO_REBOOT"] + GOOD, None, WITH_LINUX),
    "linux: unless the scenario reboots": (
        ["--! guest: linux", "--! reboots", "--! stdout: no", "--sh echo ${NO_REBOOT:-no}"] + GOOD, None, WITH_LINUX),
    "linux: none was given": (LINUX + ["--! stdout: one"], "# SKIP no Linux to boot was given", []),
    "linux: it could not be had": (
        LINUX + ["--! stdout: one"], "# SKIP no mirror has it", ["--linux", "@DIR@/without"]),
    "linux: a shell for another guest": (HEAD + ["--! sh: echo a"] + GOOD, "for guest: linux only", WITH_LINUX),
}


def run_case(directory, name, lines, arguments):
    path = directory / (re.sub(r"\W+", "_", name) + ".lua")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    arguments = [argument.replace("@DIR@", str(directory)) for argument in arguments]
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = run_scenarios.main([
            "--qemu", str(directory / "qemu"), "--plugin", "fake.so", "--guests", str(directory), *arguments,
            str(path)])
    return status, output.getvalue()


def verdict(status, output, expected):
    """None if the harness judged as it should."""
    if expected is None:
        return None if status == 0 and "\nok 1" in output and "SKIP" not in output else "must pass"
    if expected.startswith("# SKIP"):
        return None if status == 0 and expected in output else f"must be skipped, with {expected!r}"
    return None if status == 1 and "\nnot ok 1" in output and expected in output else f"must fail, with {expected!r}"


def prepare(directory):
    (directory / "qemu").write_text(FAKE_QEMU, encoding="utf-8")
    (directory / "qemu").chmod(0o755)
    (directory / "monitor.py").write_text(FAKE_MONITOR, encoding="utf-8")
    (directory / "fake.elf").touch()
    for file in ("linux/kernel", "linux/initrd", "without/missing"):
        (directory / file).parent.mkdir(exist_ok=True)
        (directory / file).write_text("no mirror has it\n", encoding="utf-8")
    note = {"t": None, "kind": "note", "data": {"set_pc": True, "clock": False, "shared_thread": True}}
    probe = [line[len("--sh "):] for line in write_journal(journal_text(note))]
    (directory / "probe.sh").write_text("\n".join(probe) + "\n", encoding="utf-8")


def main():
    print(f"1..{len(CASES)}")
    failed = False
    with tempfile.TemporaryDirectory(prefix="fi-selftest-") as name:
        directory = pathlib.Path(name)
        prepare(directory)
        for number, (case, (lines, expected, arguments)) in enumerate(CASES.items(), 1):
            status, output = run_case(directory, case, lines, arguments)
            problem = verdict(status, output, expected)
            failed |= problem is not None
            print(f"{'not ok' if problem else 'ok'} {number} - {case}", flush=True)
            if problem:
                print(textwrap.indent(f"{problem}; got status {status}:\n{output}", "# ", lambda line: True))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
