#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the commands that a document shows, in its order, and compares what they print with what the document shows. TAP; see
README.md.

usage: transcript.py --build DIRECTORY --qemu QEMU [--linux DIRECTORY] DOCUMENT
"""
import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

import document

ROOT = pathlib.Path(__file__).resolve().parents[2]

# The prompt of a terminal: "$ ", that of a second one "2$ "; "> " goes on with the command
PROMPT = re.compile(r"(\d?)\$ (.*)")
CONTINUATION = "> "

# A Lua block that is a file says so in its first line
FILE = re.compile(r"-- ([\w.-]+\.lua)")

# What in a place like ./fi's own must be there for the commands
LINKS = ("fi", "scripts")

PATIENCE = 180  # seconds for one command, far beyond what it needs
SPIN = 0.05
MOST_OUTPUT = 1 << 20  # characters

# What differs from run to run or from machine to machine → what it is compared as
CHANGING = [
    (re.compile(r"^fi_lua: seed \d+$"), "fi_lua: seed N"),
    (re.compile(r"[^ ]*/fi_lua\.\w{6}/"), "/tmp/fi_lua.XXXXXX/"),
    (re.compile(r'"seed":"\d+"'), '"seed":"N"'),
    (re.compile(r'"plugin":"[\d.]+","api":\d+'), '"plugin":"VERSION","api":N'),
    # The journal: virtual time goes by the host's clock, addresses depend on the compiler of the guests or the kernel
    (re.compile(r'^(\{"n":\d+,"t":)\d+'), r"\1T"),
    (re.compile(r'("pc":|"action":"write_memory","target":)"0x[0-9a-f]+"'), r'\1"ADDRESS"'),
    (re.compile(r'("at":"\w+)\+0x[0-9a-f]+"'), r'\1+OFFSET"'),
    # Debian's kernel, and what happens more or less often in it
    (re.compile(r"^\(and \d+ faults more\)$"), "(and N faults more)"),
    (re.compile(r"(INFO: task \w+:)\d+ "), r"\1PID "),
    (re.compile(r"\b\d+\.\d+\.\d+[-+\w.]*-cloud-arm64\b"), "KERNEL"),
    (re.compile(r"\+0x[0-9a-f]+/0x[0-9a-f]+"), "+OFFSET"),
]


@dataclasses.dataclass
class Command:
    line: int
    terminal: str  # "" is the first one
    text: str
    expected: list


@dataclasses.dataclass
class File:
    line: int
    name: str
    text: str


def is_transcript(block):
    return block.kind == "indented" and PROMPT.match(block.lines[0]) is not None


def _commands(block):
    found = []
    for number, line in enumerate(block.lines, block.line):
        match = PROMPT.match(line)
        if match:
            found.append(Command(number, match[1], match[2], []))
        elif line.startswith(CONTINUATION) and not found[-1].expected:
            found[-1].text += "\n" + line[len(CONTINUATION):]
        else:
            found[-1].expected.append(line)
    for command in found:
        while command.expected and not command.expected[-1].strip():
            command.expected.pop()
    return found


def steps(path):
    """What is to be done for a document: files to write and commands to run, in its order."""
    found = []
    for section in document.sections(path):
        has_commands = any(map(is_transcript, section.blocks))
        for block in section.blocks:
            if is_transcript(block):
                found += _commands(block)
            elif block.kind == "lua" and has_commands:
                name = FILE.fullmatch(block.lines[0]) if block.lines else None
                if not name:
                    raise document.DocumentError(f"{path}:{block.line}: this Lua names no file (\"-- NAME.lua\")")
                found.append(File(block.line, name[1], "\n".join(block.lines) + "\n"))
    for file in found:
        if isinstance(file, File) and not any(isinstance(step, Command) and file.name in step.text for step in found):
            raise document.DocumentError(f"{path}:{file.line}: no command uses {file.name}")
    return found


def normalised(line):
    for pattern, replacement in CHANGING:
        line = pattern.sub(replacement, line)
    return line.rstrip()


def _fits(shown, line):
    if "…" not in shown:
        return shown == line
    return re.fullmatch(".*".join(re.escape(part) for part in shown.split("…")), line) is not None


def difference(expected, got):
    """Why the lines got are not those that are shown; None if they are. A line … stands for any number of lines."""
    expected, got = [list(map(normalised, lines)) for lines in (expected, got)]
    position = 0
    gap = False
    for shown in expected:
        if shown == "…":
            gap = True
            continue
        ends = len(got) if gap else position + 1
        found = next((i for i in range(position, min(ends, len(got))) if _fits(shown, got[i])), None)
        if found is None:
            there = repr(got[position]) if position < len(got) else "no more output"
            return f"the document shows {shown!r}, there is {'nothing like it behind ' if gap else ''}{there}"
        position, gap = found + 1, False
    if position < len(got) and not gap:
        return f"the document does not show {got[position]!r}"
    return None


class Terminals:
    """A directory like a clone of the repository, and what runs in it."""

    def __init__(self, directory, build):
        self.directory = pathlib.Path(directory)
        for name in LINKS:
            (self.directory / name).symlink_to(ROOT / name)
        (self.directory / "build").symlink_to(build)
        (self.directory / "tmp").mkdir()
        self.environment = dict(os.environ, FI_BUILD_DIR=str(build), TMPDIR=str(self.directory / "tmp"), NO_COLOR="1",
                                LC_ALL="C.UTF-8", PWD=str(self.directory))
        for name in ("FI_SOCKET", "FI_LUA_PATH"):
            self.environment.pop(name, None)

    def write(self, file):
        (self.directory / file.name).write_text(file.text, encoding="utf-8")

    @contextlib.contextmanager
    def started(self, command):
        """The process, and the file that it writes to; nothing of it is left afterwards."""
        log = self.directory / f"tmp/output-{command.line}"
        with open(log, "wb") as output:
            process = subprocess.Popen(["/bin/sh", "-c", command.text], cwd=self.directory, env=self.environment,
                                       stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                       start_new_session=True)
        try:
            yield process, log
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def lines_of(log):
    """What is there so far, but no more than a document could show."""
    with open(log, encoding="utf-8", errors="replace") as file:
        return file.read(MOST_OUTPUT).replace("\r", "").splitlines()


def verdict(command, process, log):
    """Waits for a command's end: the problem with it, and its output."""
    try:
        status = process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        return f"no end after {PATIENCE} s", lines_of(log)
    got = lines_of(log)
    problem = difference(command.expected, got)
    if not problem and status:
        problem = f"exit status {status}, which the document does not show"
    return problem, got


def wait_for_output(command, process, log):
    """Until a command that goes on has printed the last of the lines that are shown before any …"""
    first = command.expected[:command.expected.index("…")] if "…" in command.expected else command.expected
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if not difference([*first, "…"], lines_of(log)):
            return
        time.sleep(SPIN)


class Report:
    def __init__(self, path, total):
        self.path, self.number, self.failed = os.path.relpath(path, ROOT), 0, False
        print(f"1..{total}", flush=True)

    def result(self, command, problem, got=(), skip=""):
        self.number += 1
        self.failed |= bool(problem)
        name = command.text.splitlines()[0].replace("#", "_")
        print(f"{'not ok' if problem else 'ok'} {self.number} - {self.path}:{command.line}: {name}"
              + (f" # SKIP {skip}" if skip else ""))
        if problem:
            print(f"# {problem}")
            for line in got:
                print(f"#     {line}")
        sys.stdout.flush()


def run(todo, terminals, report, missing):
    """missing: why there is no Linux, or None"""
    while todo:
        step = todo.pop(0)
        if isinstance(step, File):
            terminals.write(step)
            continue
        others = []
        while todo and isinstance(todo[0], Command) and not step.terminal and todo[0].terminal:
            others.append(todo.pop(0))
        if missing and "--linux" in shlex.split(step.text):
            for command in (step, *others):
                report.result(command, None, skip=missing)
            continue
        with terminals.started(step) as (process, log):
            if others:
                wait_for_output(step, process, log)
            for command in others:
                with terminals.started(command) as (other, other_log):
                    report.result(command, *verdict(command, other, other_log))
            report.result(step, *verdict(step, process, log))


# What the documents take for granted. The journal's first line says what there is.
NEEDED = ("set_pc", "timers", "mmio", "device_fault")
PROBE = "./fi run --kernel build/tests/guest/checksum.elf --journal probe.jsonl probe.lua"


def missing_capabilities(terminals):
    """What this QEMU lacks of that, in words; None if it has all of it."""
    terminals.write(File(0, "probe.lua", ""))
    with terminals.started(Command(0, "", PROBE, [])) as (process, _):
        process.wait(PATIENCE)
        try:
            start = json.loads((terminals.directory / "probe.jsonl").read_text(encoding="utf-8").splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None  # ./fi run does not work at all, which the commands will show
    missing = [name for name in NEEDED if name not in start["caps"]]
    return f"this QEMU lacks {' '.join(missing)}" if missing else None


def missing_linux(directory):
    files = [pathlib.Path(directory) / name for name in ("kernel", "initrd")]
    return None if directory and all(file.is_file() for file in files) else "no Linux to boot: ./fi setup gets it"


def foreign_build(build, qemu):
    """Why ./fi would build this directory anew: it has not made it, or with another QEMU."""
    options = pathlib.Path(build) / "fi-options"
    made = options.read_text(encoding="utf-8") if options.is_file() else ""
    return None if f"-Dqemu={qemu} -D" in made else "this build directory is not ./fi's: use ./fi test"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="the directory with the plugin and the guests")
    parser.add_argument("--qemu", required=True, help="the QEMU that it was made for")
    parser.add_argument("--linux", default="", help="directory with the kernel of ./fi run --linux")
    parser.add_argument("document")
    config = parser.parse_args(arguments)
    reason = foreign_build(config.build, config.qemu)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    try:
        todo = steps(config.document)
    except document.DocumentError as error:
        print(f"1..1\nnot ok 1 - {error}")
        return 1
    commands = [step for step in todo if isinstance(step, Command)]
    if not commands:
        print(f"1..1\nnot ok 1 - {config.document} shows no command")
        return 1
    with tempfile.TemporaryDirectory(prefix="fi-transcript-") as directory:
        terminals = Terminals(directory, pathlib.Path(config.build).resolve())
        reason = missing_capabilities(terminals)
        if reason:
            print(f"1..0 # SKIP {reason}")
            return 0
        report = Report(config.document, len(commands))
        run(todo, terminals, report, missing_linux(config.linux))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
