# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what a run gave with what its scenario expects. Each function returns a list of sentences: the problems."""
import json
import re

# Any of these on QEMU's stderr is a failure, whatever the scenario expects.
DISASTERS = re.compile(
    r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|LeakSanitizer|runtime error: |Segmentation fault|Aborted|"
    r"core dumped|Assertion .*failed|\*\* ERROR|-CRITICAL \*\*|double free|corrupted|PANIC: unprotected error")


def matches(pattern, value):
    """Is pattern a part of value? A string "~…" is a regular expression to be found in a string."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and matches(item, value[key]) for key, item in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and len(pattern) == len(value) and all(map(matches, pattern, value))
    if isinstance(pattern, str) and pattern.startswith("~"):
        return isinstance(value, str) and re.search(pattern[1:], value) is not None
    return type(pattern) is type(value) and pattern == value


def _line_matches(kind, text, line):
    return line == text if kind == "line" else re.search(text, line) is not None


def stdout(expected, lines, is_noise=lambda line: False):
    """The whole output must be the expected lines in order; an "any" stands for any number of further ones.

    Lines that are noise may come anywhere, and need not be expected.
    """
    position = 0
    gap = False
    for kind, text in expected:
        if kind == "any":
            gap = True
            continue
        first_own = next((i for i in range(position, len(lines)) if not is_noise(lines[i])), len(lines))
        last = len(lines) if gap else first_own + 1
        found = next((i for i in range(position, min(last, len(lines))) if _line_matches(kind, text, lines[i])), None)
        if found is None:
            there = repr(lines[first_own]) if first_own < len(lines) else "the end of the output"
            return [f"stdout: expected {kind} {text!r}{' somewhere after' if gap else ', got'} {there}"]
        position = found + 1
        gap = False
    surplus = [] if gap else [line for line in lines[position:] if not is_noise(line)]
    return [f"stdout: unexpected line {surplus[0]!r}"] if surplus else []


def not_stdout(texts, lines):
    return [f"stdout: has {text!r} in line {line!r}" for text in texts for line in lines if text in line]


def stderr(patterns, lines):
    position = 0
    for pattern in patterns:
        found = next((i for i in range(position, len(lines)) if re.search(pattern, lines[i])), None)
        if found is None:
            return [f"stderr: no line matches {pattern!r}" + (" behind the lines matched before" if position else "")]
        position = found + 1
    return []


def not_stderr(patterns, lines):
    return [f"stderr: line {line!r} matches {pattern!r}"
            for pattern in patterns for line in lines if re.search(pattern, line)]


def disasters(lines):
    return [f"stderr: {line}" for line in lines if DISASTERS.search(line)]


def journal(patterns, lines):
    position = 0
    for pattern in patterns:
        found = next((i for i in range(position, len(lines)) if matches(pattern, lines[i])), None)
        if found is None:
            where = f" behind line {position}" if position else ""
            return [f"journal: no line matches {json.dumps(pattern)}{where}"]
        position = found + 1
    return []


def not_journal(patterns, lines):
    return [f"journal: line {json.dumps(line)} matches {json.dumps(pattern)}"
            for pattern in patterns for line in lines if matches(pattern, line)]


def journal_counts(counts, lines):
    problems = []
    for pattern, number in counts:
        found = sum(matches(pattern, line) for line in lines)
        if found != number:
            problems.append(f"journal: {found} lines match {json.dumps(pattern)}, expected {number}")
    return problems


def unexpected_errors(scenario, lines):
    """An error line that the scenario does not speak of is a failure."""
    patterns = scenario.journal + [pattern for pattern, _ in scenario.journal_counts]
    if any(pattern.get("kind") == "error" for pattern in patterns):
        return []
    return [f"journal: unexpected error: {line.get('message')}" for line in lines if line.get("kind") == "error"]


def split_sample(lines):
    """What `./fi run` prints, in its parts: the golden run's lines, the faulty run's, the journal's fault lines."""
    parts = {"golden run:": [], "faulty run:": [], "journal:": []}
    part = parts["faulty run:"]
    for line in lines:
        if line in parts:
            part = parts[line]
        elif line:
            part.append(line)
    return parts["golden run:"], parts["faulty run:"], parts["journal:"]


def sample(expected, lines):
    """Each line that an example's header shows must come, in this order."""
    position = 0
    for text in expected:
        found = next((i for i in range(position, len(lines)) if lines[i] == text), None)
        if found is None:
            return [f"sample: the header shows {text!r}, which the run did not print (in this place)"]
        position = found + 1
    return []


def _without_addresses(line):
    """The time depends on the QEMU, addresses depend on the compiler of the guests."""
    line = dict(line, t=None, pc=None, at=None)
    if line.get("action") == "write_memory":
        line["target"] = None
    return line


def sample_faults(texts, lines):
    """The first fault lines, which the header may break; (…) is a remark."""
    problems = []
    faults = [_without_addresses(line) for line in lines if line.get("kind") == "fault"]
    pending = ""
    for text in texts:
        if text.startswith("("):
            continue
        pending += text
        try:
            shown = _without_addresses(json.loads(pending))
        except ValueError:
            continue
        pending = ""
        if not faults or faults.pop(0) != shown:
            problems.append(f"sample: the journal's fault line is not {json.dumps(shown)}")
    if pending:
        problems.append(f"sample: not JSON: {pending}")
    return problems
