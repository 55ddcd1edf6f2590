#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual page fi(1), against what ./fi says of itself (TAP)."""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "man/fi.1"


def text_of_page():
    """The page's words without macros, in one line."""
    words = []
    for line in PAGE.read_text().splitlines():
        if line.startswith('.\\"'):
            continue
        line = re.sub(r"\bFl (-?\w[\w-]*)", r"-\1", line.replace(" Ns = Ns ", "="))
        words.append(re.sub(r"^\.(\w+ )?", "", line))
    return " ".join(words)


def help_text():
    """What ./fi help prints."""
    result = subprocess.run([ROOT / "fi", "help"], capture_output=True, text=True, check=True, timeout=60)
    return result.stdout


def missing_in(page, told):
    """Options, commands and variables that the help tells of and the page does not."""
    body, _, variables = told.partition("Environment:")
    options = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", body))
    commands = set(re.findall(r"^  ([a-z]+)\b", body, re.M))
    names = set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", variables))
    assert len(options) >= 15 and len(commands) >= 6 and len(names) >= 6, (options, commands, names)
    return sorted(
        [o for o in options if not re.search(rf"(?<![\w-]){re.escape(o)}(?![\w-])", page)]
        + [f"command {c}" for c in commands if not re.search(rf"^\.It Cm {c}\b", PAGE.read_text(), re.M)]
        + [n for n in names if not re.search(rf"^\.It Ev {n}$", PAGE.read_text(), re.M)]
    )


def page_has_all_of_the_help():
    """Each command, option and variable of ./fi help is in the page"""
    told = help_text()
    missing = missing_in(text_of_page(), told)
    assert not missing, f"not in man/fi.1: {', '.join(missing)}"
    # That a new one would be noticed
    more = told.replace("  run [", "  run [--new-option] [").replace("Environment:", "Environment: FI_NEW_ONE")
    assert missing_in(text_of_page(), more) == ["--new-option", "FI_NEW_ONE"], missing_in(text_of_page(), more)


def page_has_all_of_the_environment():
    """Each variable that the plugin and the prompt read is in the page"""
    names = set()
    for directory in ("plugin", "tools/repl"):
        for path in (ROOT / directory).rglob("*.c"):
            names |= set(re.findall(r'getenv\("(\w+)"\)', path.read_text()))
    names -= {"TERM"}
    assert len(names) >= 4, names
    missing = [name for name in names if not re.search(rf"^\.It Ev {name}$", PAGE.read_text(), re.M)]
    assert not missing, f"not in man/fi.1: {', '.join(missing)}"


def page_has_no_warnings():
    """The page's source is correct: man --warnings, and mandoc if it is there"""
    tools = []
    if shutil.which("man"):
        tools.append(["man", "--warnings", "-l", str(PAGE)])
    if shutil.which("mandoc"):
        tools.append(["mandoc", "-T", "lint", "-W", "warning", str(PAGE)])
    if not tools:
        return "neither man nor mandoc"
    for tool in tools:
        result = subprocess.run(
            tool, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "100"},
        )
        problems = result.stdout if tool[0] == "mandoc" else result.stderr
        assert result.returncode == 0 and not problems, f"{tool[0]}: {problems}"
    return None


TESTS = [page_has_all_of_the_help, page_has_all_of_the_environment, page_has_no_warnings]


def main():
    """Runs the tests."""
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        try:
            skip = test()
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} - {test.__doc__}\n# " + str(error).replace("\n", "\n# "))
        else:
            print(f"ok {number} - {test.__doc__}" + (f" # SKIP {skip}" if skip else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
