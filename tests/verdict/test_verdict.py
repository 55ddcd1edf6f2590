#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fi.verdict on bare-metal guests: each outcome's exit status and journal line, and the JUnit file of all runs."""

import argparse
import fcntl
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = {"checksum": "checksum 0xdc92167d", "selfcheck": "ok 0x223142e0", "forever": "running"}

# fault, guest, more arguments: outcome, exit status, JUnit element, a part of the reason
RUNS = [
    ("masked", "checksum", {}, "masked", 10, None, "as without a fault"),
    ("latent", "checksum", {}, "latent", 11, None, "still there"),
    ("not_activated", "checksum", {}, "not_activated", 12, None, "never read"),
    ("given", "checksum", {}, "recovered", 13, None, 'the scenario <knows>'),
    ("one_copy", "selfcheck", {}, "detected", 14, "failure", "DETECTED"),
    ("wrong_sum", "checksum", {}, "sdc", 20, "failure", "golden is \"checksum 0xdc92167d\""),
    ("wild_pointer", "checksum", {}, "crash", 21, "failure", "crash sync"),
    ("spin", "forever", {"quiet_ns": "5000000"}, "hang", 22, "failure", "nothing printed for 5000000 ns"),
    ("spin", "forever", {"deadline_ns": "5000000"}, "timeout", 23, "failure", "not done 5000000 ns after the start"),
    ("full_uart", "checksum", {"deadline_ns": "60000"}, "timeout", 23, "failure", "not done 60000 ns after the start"),
    ("never", "checksum", {}, "not_fired", 30, "error", "no fault was injected"),
    ("broken", "checksum", {}, "injector_error", 31, "error", "handler of on_pc checksum failed"),
    # Expected ones are 0 and pass, others are failures
    ("one_copy", "selfcheck", {"expect": "detected"}, "detected", 0, None, "DETECTED"),
    ("masked", "checksum", {"expect": "detected"}, "masked", 10, "failure", "as without a fault"),
    ("wrong_sum", "checksum", {"output": "^nothing like it"}, "sdc", 20, "failure", "line 1 is missing"),
]
PARALLEL = 4
SUITE = "a <suite> & its \"name\""


def command(config, directory, run, number):
    fault, guest, more, *_ = run
    arguments = {"fault": fault, "golden": GOLDEN[guest], "suite": SUITE, "case": f"run {number}: {fault}",
                 "junit": str(directory / "out.xml"), **more}
    options = [str(config.plugin), f"script={HERE / 'outcomes.lua'}", f"journal={directory}/{number}.jsonl", "seed=1",
               f"symbols={config.guests}/{guest}.elf", f"stdlib={config.stdlib}"]
    options += [f"arg.{name}={value}".replace(",", ",,") for name, value in arguments.items()]
    return [config.qemu, "-M", "virt,gic-version=3", "-cpu", "cortex-a53", "-m", "128", "-display", "none", "-nic",
            "none", "-serial", "stdio", "-monitor", "none", "-accel", "tcg,thread=single", "-icount", "shift=3,sleep=off",
            "-semihosting-config", "enable=on,target=native", "-kernel", f"{config.guests}/{guest}.elf",
            "-plugin", ",".join(options)]


def check_run(config, directory, run, number):
    outcome, status, _, why = run[3:]
    result = subprocess.run(command(config, directory, run, number), stdin=subprocess.DEVNULL, capture_output=True,
                            timeout=120, check=False)
    errors = result.stderr.decode(errors="replace")
    if result.returncode != status:
        yield f"exit status {result.returncode}, expected {status}: {errors}"
    lines = [json.loads(line) for line in (directory / f"{number}.jsonl").read_text(encoding="utf-8").splitlines()]
    sys.path.insert(0, str(HERE.parent / "harness"))
    import journal  # pylint: disable=import-outside-toplevel
    yield from journal.problems(lines, journal.make_validator())
    verdicts = [line for line in lines if line["kind"] == "verdict"]
    if [(v.get("outcome"), v["code"]) for v in verdicts] != [(outcome, status)]:
        yield f"the journal's verdicts are {verdicts}"
    elif why not in verdicts[0]["why"]:
        yield f"the reason is {verdicts[0]['why']!r}, not {why!r}"


def check_attributes(element, kinds):
    if sorted(element.attrib) != sorted(kinds):
        yield f"{element.tag} has {sorted(element.attrib)}"
    for name, kind in kinds.items():
        if not re.fullmatch(kind, element.get(name, ""), re.DOTALL):
            yield f"{element.tag} {name}={element.get(name)!r}"


NUMBERS = {"tests": r"\d+", "failures": r"\d+", "errors": r"\d+", "skipped": "0", "time": r"\d+\.\d{6}"}


def check_case(case, run, number):
    yield from check_attributes(case, {"classname": re.escape(SUITE), "name": re.escape(f"run {number}: {run[0]}"),
                                       "time": r"\d+\.\d{6}"})
    kinds = [child.tag for child in case]
    wanted = [run[5]] if run[5] else []
    if kinds != wanted + ["system-out"]:
        yield f"case {number} has {kinds}"
    for child in case:
        if child.tag != "system-out":
            yield from check_attributes(child, {"type": run[3], "message": ".+"})
    if f"outcome: {run[3]}\n" not in case.find("system-out").text or run[6] not in case.find("system-out").text:
        yield f"case {number}: {case.find('system-out').text!r}"


def check_junit(path):
    root = ElementTree.parse(path).getroot()
    suites = list(root)
    if root.tag != "testsuites" or [s.tag for s in suites] != ["testsuite"]:
        yield f"{root.tag} with {[s.tag for s in suites]}"
        return
    yield from check_attributes(root, {"name": "fi_lua", **NUMBERS})
    yield from check_attributes(suites[0], {"name": re.escape(SUITE), **NUMBERS})
    cases = list(suites[0])
    if [c.tag for c in cases] != ["testcase"] * len(RUNS):
        yield f"{len(cases)} cases"
    for element in (root, suites[0]):
        expected = [len(RUNS), sum(r[5] == "failure" for r in RUNS), sum(r[5] == "error" for r in RUNS)]
        if [int(element.get(name)) for name in ("tests", "failures", "errors")] != expected:
            yield f"{element.tag}: {element.attrib}, not {expected}"
        if abs(float(element.get("time")) - sum(float(c.get("time")) for c in cases)) > 1e-5:
            yield f"{element.tag}: time {element.get('time')}"
    for number, (case, run) in enumerate(zip(cases, RUNS), 1):
        yield from check_case(case, run, number)


def check_foreign_file(config, directory):
    """A file that is not ours is left alone, and that is no success."""
    path = directory / "foreign.xml"
    path.write_text("<testsuites/>\n", encoding="utf-8")
    run = ("one_copy", "selfcheck", {"expect": "detected", "junit": str(path)}, "detected", 31, None, "DETECTED")
    yield from check_run(config, directory, run, 99)
    if path.read_text(encoding="utf-8") != "<testsuites/>\n":
        yield "the file was changed"


def check_at_the_same_time(config, directory):
    """Runs that share a file wait for whoever writes it, and lose no case."""
    path = directory / "shared.xml"
    runs = [("masked", "checksum", {"junit": str(path), "case": f"run {n}"}) for n in range(PARALLEL)]
    with open(path, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        started = [subprocess.Popen(command(config, directory, run, f"shared-{n}"), stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for n, run in enumerate(runs)]
        time.sleep(2)
        ended = [process.returncode for process in started if process.poll() is not None]
        if ended or path.read_bytes():
            yield f"the lock was not waited for: {ended}"
    for process in started:
        errors = process.communicate(timeout=120)[1].decode(errors="replace")
        if process.returncode != 10:
            yield f"exit status {process.returncode}: {errors}"
    names = sorted(case.get("name") for case in ElementTree.parse(path).getroot().iter("testcase"))
    if names != sorted(run[2]["case"] for run in runs):
        yield f"the file has {names}"


def check_places_that_are_no_files(config, directory):
    """A pipe gets the file's text; a directory, and a disk that is full, are told of."""
    pipe = directory / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    result = subprocess.run(command(config, directory, ("masked", "checksum", {"junit": str(pipe)}), "pipe"),
                            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    text = os.read(reader, 1 << 16)
    os.close(reader)
    if result.returncode != 10 or b"<testcase" not in text:
        yield f"a pipe: {text!r}, {result}"
    for place, message in ((str(directory), "Is a directory"), ("/dev/full", "No space left on device")):
        run = ("one_copy", "selfcheck", {"expect": "detected", "junit": place})
        result = subprocess.run(command(config, directory, run, "no-file"), stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=120, check=False)
        if result.returncode != 31 or f"{place}: {message}" not in result.stderr.decode():
            yield f"{place}: {result}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("qemu", "plugin", "guests", "stdlib"):
        parser.add_argument(f"--{name}", required=True)
    config = parser.parse_args()
    checks = [(f"{run[0]} is {run[3]} {run[2]}", lambda d, r=run, n=number: check_run(config, d, r, n))
              for number, run in enumerate(RUNS, 1)]
    checks.append(("JUnit file", lambda d: check_junit(d / "out.xml")))
    checks.append(("foreign file", lambda d: check_foreign_file(config, d)))
    checks.append(("runs at the same time", lambda d: check_at_the_same_time(config, d)))
    checks.append(("places that are no files", lambda d: check_places_that_are_no_files(config, d)))
    failed = False
    print(f"1..{len(checks)}")
    with tempfile.TemporaryDirectory(prefix="fi-verdict-") as directory:
        for number, (name, check) in enumerate(checks, 1):
            try:
                problems = list(check(pathlib.Path(directory)))
            except Exception as error:  # one check's trouble is not the others'
                problems = [f"{type(error).__name__}: {error}"]
            failed |= bool(problems)
            print(f"{'not ok' if problems else 'ok'} {number} - {name.replace('#', '')}", flush=True)
            for line in os.linesep.join(problems).splitlines():
                print("# " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
