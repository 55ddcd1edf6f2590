#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs scenarios in QEMU and says in TAP which of them did what their directives expect. See README.md."""
import argparse
import concurrent.futures
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import sys
import tempfile
import threading
import traceback

import expect
import journal
import linux
import qemu
import scenario as scenarios

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUTPUT_SHOWN = 40  # lines of each output in the report of a failure


class Skip(Exception):
    """This scenario does not apply here; the message says why."""


class Failure(Exception):
    """The harness cannot run a scenario; the message says why."""


# Some capabilities show only when a vCPU runs, so the journal's start line does not have them all.
PROBE = """on_vcpu_init({limit = 1}, function()
    local caps = {}
    for name, cap in pairs(fi.caps()) do
        caps[name] = cap.exact
    end
    fi.note(caps)
    fi.exit(0)
end)
"""


class Environment:
    """Which tier and which capabilities the QEMU at hand has."""

    def __init__(self, config):
        self.config = config
        self.tier = None
        self.caps = {}
        self.lock = threading.Lock()

    def learn(self, like):
        with self.lock:
            if self.tier is None:
                self._probe(like)

    def _probe(self, like):
        with tempfile.TemporaryDirectory(prefix="fi-probe-") as directory:
            script = pathlib.Path(directory) / "probe.lua"
            script.write_text(PROBE, encoding="utf-8")
            probe = scenarios.Scenario(path=script, script=str(script), guest=like.guest)
            result, lines, _ = run_once(self.config, probe, directory)
            notes = [line["data"] for line in lines or [] if line.get("kind") == "note"]
            if not notes:
                raise Failure("the probe for tier and capabilities failed: " + " / ".join(result.stderr))
            self.tier, self.caps = lines[0]["tier"], notes[0]


def kernel_of(config, scenario):
    if scenario.guest == linux.GUEST:
        return linux.kernel(config)
    kernel = pathlib.Path(config.guests) / f"{scenario.guest}.elf"
    if not kernel.is_file():
        raise Failure(f"no guest {scenario.guest!r}: {kernel} does not exist")
    return kernel


def plugin_options(config, scenario, kernel, journal_file):
    options = {"script": scenario.script, "journal": journal_file, "seed": "1"}
    if scenario.guest != linux.GUEST:  # whose kernel is no ELF file
        options["symbols"] = kernel
    if config.stdlib:
        options["stdlib"] = config.stdlib
    if config.tier == "stock":
        options["stock"] = "on"
    if scenario.no_script:
        del options["script"]
    options.update(scenario.options)
    directory = str(journal_file.parent)
    return [(key, str(value).replace("{directory}", directory)) for key, value in options.items() if value is not None]


def run_once(config, scenario, directory):
    """One run of QEMU: its result, the journal's lines (None if there is no journal) and the journal's bytes."""
    directory = pathlib.Path(directory)
    kernel = kernel_of(config, scenario)
    if scenario.rewrites_itself:
        shutil.copyfile(scenario.path, scenario.script)
    journal_file = directory / "journal.jsonl"
    wants_monitor = scenario.action is not None and scenario.action.kind == "monitor"
    monitor = directory / "monitor" if wants_monitor else None
    options = plugin_options(config, scenario, kernel, journal_file)
    more = linux.arguments(config, scenario, directory) if scenario.guest == linux.GUEST else []
    command = qemu.command_line(config, scenario, config.mode, kernel, options, monitor, more)
    environment = dict(os.environ, **dict(config.env))
    result = qemu.run(command, directory, scenario.timeout * config.timeout_factor, scenario.action, monitor,
                      environment)
    content = journal_file.read_bytes() if journal_file.exists() else None
    try:
        lines = journal.read(journal_file) if content is not None else None
    except journal.JournalError as error:
        raise Failure(str(error), result) from error
    return result, lines, content


def process_problems(scenario, result):
    if result.timed_out:
        return [f"hung: killed after {scenario.timeout:g} s"]
    problems = []
    if scenario.action and not result.action_done:
        problems.append(f"the guest never printed {scenario.action.after!r}, so QEMU got no {scenario.action.kind}")
    if result.status < 0:
        problems.append(f"QEMU died of signal {-result.status}")
    elif result.status != scenario.exit_status:
        problems.append(f"exit status {result.status}, expected {scenario.exit_status}")
    return problems


def output_problems(scenario, result):
    problems = []
    if scenario.stdout or scenario.stdout_empty:
        noise = {"is_noise": linux.is_noise} if scenario.guest == linux.GUEST else {}
        problems += expect.stdout(scenario.stdout, result.stdout, **noise)
    problems += expect.not_stdout(scenario.not_stdout, result.stdout)
    problems += expect.stderr(scenario.stderr, result.stderr)
    problems += expect.not_stderr(scenario.not_stderr, result.stderr)
    problems += expect.disasters(result.stderr)
    return problems


def sample_problems(config, scenario, result, lines, directory):
    """Is what an example's header shows what `./fi run` would print?"""
    if not scenario.sample:
        return []
    golden, faulty, faults = expect.split_sample(scenarios.sample_output(scenario.script))
    problems = []
    if scenario.golden:
        command = qemu.command_line(config, scenario, config.mode, kernel_of(config, scenario), [], None)
        plain = qemu.run(command, directory, scenario.timeout * config.timeout_factor)
        if golden != plain.stdout:
            problems.append(f"sample: the golden run prints {plain.stdout}, the header shows {golden}")
    ours = [line for line in faulty if line.startswith("fi_lua: ")]
    guests = [line for line in faulty if not line.startswith("fi_lua: ")]
    if guests != result.stdout:
        problems.append(f"sample: the faulty run prints {result.stdout}, the header shows {guests}")
    problems += expect.sample(ours, result.stderr)
    problems += expect.sample_faults(faults, lines or [])
    return problems


def journal_problems(scenario, lines, validator):
    if scenario.no_journal:
        return ["there is a journal, expected none"] if lines is not None else []
    if lines is None:
        return ["there is no journal"]
    problems = ["journal: " + problem for problem in journal.problems(lines, validator)]
    problems += expect.journal(scenario.journal, lines)
    problems += expect.not_journal(scenario.not_journal, lines)
    problems += expect.journal_counts(scenario.journal_counts, lines)
    problems += expect.unexpected_errors(scenario, lines)
    return problems


def difference(first, second):
    for number, (a, b) in enumerate(zip(first.splitlines(), second.splitlines()), 1):
        if a != b:
            return f"line {number}: {a.decode()!r} and {b.decode()!r}"
    return "one is longer"


def repetition_problems(config, scenario, content, directory):
    """Under icount a second run must give the same journal, byte for byte.

    With several vCPUs it need not: QEMU switches between them at moments that depend on the host, also without a
    plugin (the block sequence that -d exec,nochain writes for the guest smp varies from run to run).
    """
    if config.mode != "icount" or content is None or scenario.nondeterministic or scenario.action:
        return []
    if qemu.vcpus(scenario) > 1:
        return []
    second_directory = pathlib.Path(directory) / "second"
    second_directory.mkdir()
    _, _, second = run_once(config, scenario, second_directory)
    if second is None:
        return ["the second run wrote no journal"]
    return [] if content == second else ["two runs, two journals: " + difference(content, second)]


def check_applies(config, scenario, environment):
    if config.mode not in scenario.modes:
        raise Skip(f"only for {' '.join(scenario.modes)}")
    if scenario.guest == linux.GUEST and linux.missing(config):
        raise Skip(linux.missing(config))
    required = list(scenario.requires)
    if config.mode != "mttcg" and qemu.vcpus(scenario) > 1:
        required.append("shared_thread")
    if scenario.tiers != scenarios.TIERS or required:
        environment.learn(scenario)
    if scenario.tiers != scenarios.TIERS and environment.tier not in scenario.tiers:
        raise Skip(f"only for the {' '.join(scenario.tiers)} tier, this is {environment.tier}")
    missing = [cap for cap in required if not environment.caps.get(cap)]
    if missing:
        raise Skip(f"this QEMU lacks {' '.join(missing)}")


def report(result, directory):
    lines = ["command: " + shlex.join(result.command)]
    for name, content in (("stdout", result.stdout), ("stderr", result.stderr)):
        lines += [f"{name}: {line}" for line in content[-OUTPUT_SHOWN:]]
    journal_file = pathlib.Path(directory) / "journal.jsonl"
    if journal_file.exists():
        content = journal_file.read_text(encoding="utf-8", errors="replace").splitlines()
        lines += [f"journal: {line}" for line in content[-OUTPUT_SHOWN:]]
    return lines


def check_in(config, scenario, validator, directory):
    if scenario.rewrites_itself:  # the same name in each run, as it is in the journal
        scenario.script = str(pathlib.Path(directory) / scenario.path.name)
    result, lines, content = run_once(config, scenario, directory)
    problems = process_problems(scenario, result)
    problems += output_problems(scenario, result)
    problems += journal_problems(scenario, lines, validator)
    problems += sample_problems(config, scenario, result, lines, directory)
    if not problems:
        problems = repetition_problems(config, scenario, content, directory)
    return problems, report(result, directory) if problems else []


@contextlib.contextmanager
def run_directory(config, name):
    """A directory for the files of one run."""
    directory = tempfile.mkdtemp(prefix="fi-scenario-")
    try:
        yield directory
    finally:
        if config.keep:
            print(f"# {name}: kept in {directory}", flush=True)
        else:
            shutil.rmtree(directory, ignore_errors=True)


def check_file(config, path, environment, validator):
    """Runs one scenario: the problems (none: passed) and the lines of the report."""
    places = {"ROOT": str(ROOT), "GUESTS": str(config.guests), "LINUX": str(config.linux)}
    try:
        scenario = scenarios.parse(path, places)
        check_applies(config, scenario, environment)
    except scenarios.DirectiveError as error:
        return [str(error)], []
    except Failure as error:
        return [error.args[0]], []
    with run_directory(config, path) as directory:
        try:
            return check_in(config, scenario, validator, directory)
        except Failure as error:
            return [error.args[0]], report(error.args[1], directory) if len(error.args) > 1 else []


def outcome(config, path, environment, validator):
    """The lines of TAP for one scenario, without its number, and whether it failed."""
    try:
        problems, details = check_file(config, path, environment, validator)
    except Skip as reason:
        return "ok", f" # SKIP {reason}", [], False
    except Exception:  # a bug here must fail this scenario, not end the whole run
        problems, details = ["the harness failed:", *traceback.format_exc().splitlines()], []
    comments = ["# " + line for text in problems for line in text.splitlines()]
    comments += ["#   " + line for line in details]
    return ("not ok" if problems else "ok"), "", comments, bool(problems)


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qemu", required=True, help="qemu-system-aarch64")
    parser.add_argument("--plugin", required=True, help="libfi_lua.so")
    parser.add_argument("--guests", required=True, help="directory of the guests' ELF files")
    parser.add_argument("--linux", default="", help="directory with the kernel and the initrd of the guest linux")
    parser.add_argument("--stdlib", default="", help="directory of the Lua library")
    parser.add_argument("--mode", choices=scenarios.MODES, default="mttcg")
    parser.add_argument("--tier", choices=scenarios.TIERS, default="patched",
                        help="stock: hide QEMU's extensions from the plugin")
    parser.add_argument("--filter", default="", help="only files whose path matches this regular expression")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--env", action="append", default=[], type=scenarios.key_value, metavar="NAME=VALUE",
                        help="for QEMU's environment only, e.g. LD_PRELOAD for a sanitizer")
    parser.add_argument("--timeout-factor", type=float, default=1, help="for slow builds, e.g. with a sanitizer")
    parser.add_argument("--keep", action="store_true", help="keep the directories with journals")
    parser.add_argument("files", nargs="+", help="scenarios, or directories: then all that are right in them")
    return parser.parse_args(arguments)


def expand(paths):
    """The scenarios that the arguments name: a directory means all of its own, without modules that have a test."""
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for file in sorted(pathlib.Path(path).glob("*.lua")):
            if not file.with_suffix(".test.lua").exists():
                yield str(file)


def main(arguments=None):
    config = parse_arguments(arguments)
    files = [path for path in expand(config.files) if re.search(config.filter, path)]
    if not files:
        print("1..1\nnot ok 1 - no scenario at all")
        return 1
    try:
        validator = journal.make_validator()
    except ImportError as error:
        print(f"1..1\nnot ok 1 - {error}: install python3-jsonschema")
        return 1
    print(f"1..{len(files)}", flush=True)
    environment = Environment(config)
    failed = False
    with concurrent.futures.ThreadPoolExecutor(config.jobs) as pool:
        runs = [pool.submit(outcome, config, path, environment, validator) for path in files]
        for number, (path, run) in enumerate(zip(files, runs), 1):
            word, directive, comments, bad = run.result()
            failed |= bad
            name = os.path.relpath(path, ROOT).replace("#", "_")
            print("\n".join([f"{word} {number} - {name} [{config.mode}]{directive}", *comments]), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
