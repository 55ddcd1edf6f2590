#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads a fi_lua journal and checks it against docs/journal.schema.json and the rules that span several lines.

As a program: journal.py FILE… prints what is wrong and ends with status 1, or says how many lines are right.
"""
import json
import pathlib
import sys

SCHEMA_FILE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "journal.schema.json"

# Beyond this, readers that use doubles (most) lose digits: such values have to be strings.
LARGEST_SAFE_NUMBER = 2**53


class JournalError(Exception):
    """The file cannot be read as a journal at all."""


def _object_without_duplicates(pairs):
    result = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"key {key!r} twice in one object")
        result[key] = value
    return result


def read(path):
    """The lines of a journal as a list of dictionaries."""
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise JournalError(f"{path}: {error}") from error
    if text and not text.endswith("\n"):
        raise JournalError(f"{path}: the last line is cut off")
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            value = json.loads(line, object_pairs_hook=_object_without_duplicates)
        except ValueError as error:
            raise JournalError(f"{path}:{number}: not JSON: {error}: {line[:200]}") from error
        if not isinstance(value, dict):
            raise JournalError(f"{path}:{number}: not an object: {line[:200]}")
        lines.append(value)
    return lines


def make_validator():
    import jsonschema  # not in the standard library: Debian has it in python3-jsonschema

    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def _schema_problems(lines, validator):
    for number, line in enumerate(lines, 1):
        for error in validator.iter_errors(line):
            where = "/".join(str(part) for part in error.path) or "line"
            yield f"line {number}: {where}: {error.message}"


def _unsafe_numbers(value, where):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _unsafe_numbers(item, f"{where}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from _unsafe_numbers(item, where)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST_SAFE_NUMBER:
        yield f"{where}: {value} does not fit a JSON number"


def _frame_problems(lines):
    for number, line in enumerate(lines, 1):
        if line.get("n") != number:
            yield f"line {number}: n is {line.get('n')}"
    kinds = [line.get("kind") for line in lines]
    if kinds[:1] != ["start"] or kinds.count("start") != 1:
        yield "the first line, and no other, must be of kind start"
    if kinds[-1:] != ["end"] or kinds.count("end") != 1:
        yield "no end line: the journal is incomplete" if "end" not in kinds else "lines after the end line"


def _end_problems(lines):
    end = next((line for line in lines if line.get("kind") == "end"), None)
    if end is None:
        return
    faults = sum(line.get("kind") == "fault" for line in lines)
    verdicts = [line for line in lines if line.get("kind") == "verdict"]
    if end.get("faults") != faults:
        yield f"the end line says {end.get('faults')} faults, there are {faults}"
    if end.get("lines") != len(lines):
        yield f"the end line says {end.get('lines')} lines, there are {len(lines)}"
    if end.get("reason") == "fi.exit" and end.get("code") not in [line.get("code") for line in verdicts]:
        yield f"ended by fi.exit with code {end.get('code')}, but no verdict line has that code"


def _summary_problems(lines):
    """not_fired follows just the lines of those triggers that never fired."""
    for number, line in enumerate(lines, 1):
        following = lines[number] if number < len(lines) else {}
        if line.get("kind") == "trigger":
            announced = following.get("kind") == "not_fired" and following.get("name") == line.get("name")
            if announced != (line.get("fired") == 0):
                yield f"line {number}: {line.get('name')!r} fired {line.get('fired')} times; not_fired: {announced}"
            elif announced and following.get("hits") != line.get("hits"):
                yield f"line {number + 1}: hits differ from the trigger's line"
            if line.get("state") == "active" and following.get("kind") not in ("trigger", "not_fired", "end"):
                yield f"line {number}: active at the end of the run, but {following.get('kind')} follows"
        elif line.get("kind") == "not_fired" and (number < 2 or lines[number - 2].get("kind") != "trigger"):
            yield f"line {number}: not_fired without its trigger line"


def problems(lines, validator):
    """What is wrong with a journal, as a list of sentences."""
    found = list(_schema_problems(lines, validator))
    for number, line in enumerate(lines, 1):
        found += _unsafe_numbers(line, f"line {number}")
    found += _frame_problems(lines)
    found += _end_problems(lines)
    found += _summary_problems(lines)
    return found


def main():
    validator = make_validator()
    status = 0
    for path in sys.argv[1:]:
        try:
            lines = read(path)
            found = problems(lines, validator)
        except JournalError as error:
            lines, found = [], [str(error)]
        for problem in found:
            print(f"{path}: {problem}")
        if found:
            status = 1
        else:
            print(f"{path}: {len(lines)} lines, right")
    return status


if __name__ == "__main__":
    sys.exit(main())
