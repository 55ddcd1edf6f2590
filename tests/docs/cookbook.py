#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the recipes of docs/cookbook.md: the code that stands there is the code that runs, and what the document says the
guest prints is what the guest has to print. TAP; see README.md.

The arguments are those of tests/harness/run_scenarios.py, with --document and --recipes before them, and without files.
"""
import argparse
import pathlib
import re
import shlex
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/harness"))

import document  # noqa: E402
import journal  # noqa: E402
import qemu  # noqa: E402
import run_scenarios  # noqa: E402
import transcript  # noqa: E402

# The sentence above an output: which guest it is of, and how it is run
OUTPUT = re.compile(r"(?:`(?P<guest>\w+)`|Linux)(?:,? with `(?P<options>[^`]*)`,?)? (?:prints|says):?")

# An option of ./fi run that may stand there → its directive
OPTIONS = {"--sh": "sh", "--disk": "disk", "--append": "append", "--smp": "smp", "--machine": "machine", "--cpu": "cpu",
           "--arg": "arg"}
FLAGS = ("--disk",)

# That of the harness's mode
ICOUNT = qemu.MODE_ARGUMENTS["icount"][-1]

MOST_SENTENCES = 2


def options_as_directives(text, where):
    words = shlex.split(text)
    while words:
        option = words.pop(0)
        if [option, *words[:1]] == ["--icount", ICOUNT]:
            words.pop(0)
            yield "--! modes: icount"
            continue
        if option not in OPTIONS:
            raise document.DocumentError(f"{where}: {option!r} is none of {' '.join(OPTIONS)}")
        if option in FLAGS:
            yield f"--! {OPTIONS[option]}"
        elif not words:
            raise document.DocumentError(f"{where}: {option} needs a value")
        else:
            yield f"--! {OPTIONS[option]}: {words.pop(0)}"


def pattern(line):
    """A shown line as a regular expression; … in it stands for anything."""
    return "^" + ".*".join(re.escape(part) for part in line.split("…")) + "$"


def output_as_directives(lines):
    """The plugin's own lines are on stderr, the guest's are its output; a line … stands for any number of them."""
    for line in lines:
        if line.startswith("fi_lua: "):
            yield f"--! stderr-re: {pattern(line)}"
        elif line == "…":
            yield "--! stdout-any"
        elif "…" in line:
            yield f"--! stdout-re: {pattern(line)}"
        elif line:
            yield f"--! stdout: {line}"


class Recipe:
    """A section of the document, and the directives that it amounts to."""

    def __init__(self, path, section):
        self.name = section.name
        self.title = section.title
        self.where = f"{path}:{section.line}"
        self.code = [block for block in section.blocks if block.kind == "lua"]
        self.has_transcript = any(map(transcript.is_transcript, section.blocks))
        self.directives = []
        texts = [block for block in section.blocks if block.kind == "text"]
        for before, block in zip(section.blocks, section.blocks[1:]):
            match = before.kind == "text" and OUTPUT.fullmatch(before.text)
            if match and block.kind == "indented":
                texts.remove(before)
                self._add_output(path, match, block)
        self.sentences = sum(len(re.findall(r"[.!?](?:\s|$)", block.text)) for block in texts)

    def _add_output(self, path, match, block):
        where = f"{path}:{block.line}"
        if self.directives:
            raise document.DocumentError(f"{where}: a recipe runs once, so it has one output")
        self.directives.append(f"--! guest: {match['guest'] or 'linux'}")
        if not match["guest"]:  # booted once, not in each mode
            self.directives.append("--! modes: mttcg")
        self.directives += options_as_directives(match["options"] or "", where)
        self.directives += output_as_directives(block.lines)

    def problems(self):
        """What is wrong with it before it is run."""
        if not self.code:
            yield f"{self.where}: no Lua"
        if not self.directives and not self.has_transcript:
            yield f"{self.where}: no test: neither what a guest prints (\"`GUEST` prints\") nor a command"
        if self.directives and len(self.code) != 1:
            yield f"{self.where}: {len(self.code)} blocks of Lua, one is run"
        if not 1 <= self.sentences <= MOST_SENTENCES:
            yield f"{self.where}: {self.sentences} sentences, there have to be one or two"


def recipes_of(path):
    return [Recipe(path, section) for section in document.sections(path)[1:]]


def write_scenario(directory, recipe, more, code):
    """The code comes first, so that its lines have their own numbers in messages."""
    file = pathlib.Path(directory) / f"{recipe.name}.lua"
    file.write_text("\n".join([*code, "", *recipe.directives, *more, ""]), encoding="utf-8")
    return file


def structure(recipes, extra):
    """Problems of the document as a whole."""
    names = [recipe.name for recipe in recipes]
    for recipe in recipes:
        yield from recipe.problems()
        if names.count(recipe.name) > 1:
            yield f"{recipe.where}: this title is there twice"
    for name in sorted(set(extra) - {recipe.name for recipe in recipes if recipe.directives}):
        yield f"{extra[name]}: there is no recipe for these directives"


# How much longer than with the recipe's code a run without it may take
PATIENCE = 4


class Runner:
    def __init__(self, config):
        self.config = config
        self.environment = run_scenarios.Environment(config)
        self.validator = journal.make_validator()

    def check(self, file):
        return run_scenarios.check_file(self.config, file, self.environment, self.validator)

    def run(self, recipe, more):
        """The problems of a recipe, and a report. A guest without it has to print something else."""
        with tempfile.TemporaryDirectory(prefix="fi-cookbook-") as directory:
            began = time.monotonic()
            problems, details = self.check(write_scenario(directory, recipe, more, recipe.code[0].lines))
            if problems:
                return problems, details
            # Without what the recipe does the guest may have no end, which is a difference as good as any
            patience = f"--! timeout: {round(5 + PATIENCE * (time.monotonic() - began))}"
            problems, _ = self.check(write_scenario(directory, recipe, [*more, patience], []))
            if not problems:
                return ["all of this holds without the recipe's code, too"], []
        return [], []


def tap(number, name, problems, details=(), skip=""):
    print(f"{'not ok' if problems else 'ok'} {number} - {name}{skip}")
    for problem in [*problems, *("  " + line for line in details)]:
        print("\n".join("# " + line for line in problem.splitlines()))
    sys.stdout.flush()
    return bool(problems)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--document", default=ROOT / "docs/cookbook.md")
    parser.add_argument("--recipes", default=pathlib.Path(__file__).parent / "recipes",
                        help="directory of further directives, RECIPE.directives")
    own, rest = parser.parse_known_args(arguments)
    runner = Runner(run_scenarios.parse_arguments([*rest, "none"]))
    extra = {file.stem: file for file in pathlib.Path(own.recipes).glob("*.directives")}
    try:
        recipes = recipes_of(own.document)
    except document.DocumentError as error:
        print("1..1")
        return tap(1, "the document can be read", [str(error)])
    scenarios = [recipe for recipe in recipes if recipe.directives]
    print(f"1..{len(scenarios) + 1}")
    failed = tap(1, f"{len(recipes)} recipes, each with a test", list(structure(recipes, extra)))
    for number, recipe in enumerate(scenarios, 2):
        if not recipe.code:
            failed |= tap(number, recipe.title, ["there is no code to run"])
            continue
        more = extra[recipe.name].read_text(encoding="utf-8").splitlines() if recipe.name in extra else []
        try:
            failed |= tap(number, recipe.title, *runner.run(recipe, more))
        except run_scenarios.Skip as reason:
            tap(number, recipe.title, [], skip=f" # SKIP {reason}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
