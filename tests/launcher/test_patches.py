#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Does qemu-patches/check.sh find what it is there to find? (TAP)

Each test spoils a copy of the series in one way and expects one line of check.sh to fail for it. What needs QEMU's tarball
is skipped where ./fi setup has not brought it.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "fi_lua"


def reference():
    for line in (ROOT / "qemu-patches/versions").read_text().splitlines():
        fields = line.split("\t")
        if fields[-1] == "reference":
            return fields[0], CACHE / "downloads" / fields[2]
    raise SystemExit("qemu-patches/versions has no reference version")


VERSION, TARBALL = reference()


def substitute(pattern, replacement):
    """Change one place in the first patch that has it."""

    def spoil(tree):
        for patch in sorted((tree / f"qemu-patches/v{VERSION}").glob("*.patch")):
            text = patch.read_text()
            changed = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
            if changed != text:
                patch.write_text(changed)
                return
        raise AssertionError(f"no patch has anything like {pattern}")

    return spoil


def spoil_header(tree):
    with open(tree / "plugin/qemu-plugin-fi.h", "a", encoding="utf-8") as header:
        header.write("/* one more line */\n")


def rename_patch(tree):
    patch = sorted((tree / f"qemu-patches/v{VERSION}").glob("*.patch"))[0]
    patch.rename(patch.with_name("fix.patch"))


def remove_cover(tree):
    (tree / f"qemu-patches/v{VERSION}/COVER.md").unlink()


def change_other_subject(tree):
    """A patch of the other version takes the name of one of this version's."""
    other = next(p for p in (tree / "qemu-patches").glob("v*") if p.name != f"v{VERSION}")
    patch = sorted(other.glob("*.patch"))[-1]
    patch.write_text(re.sub(r"^Subject: \[PATCH\] .*", "Subject: [PATCH] other: thing", patch.read_text(), flags=re.MULTILINE))


# What is spoilt, how, which of check.sh's lines fails, whether that needs the tarball
CASES = [
    ("no Signed-off-by", substitute(r"^Signed-off-by:.*\n", ""), "names, trailers, form", False),
    ("no Upstream", substitute(r"^Upstream:.*\n", ""), "names, trailers, form", False),
    ("a date-bound From line", substitute(r"^From 0{40}", "From " + "1" * 40), "names, trailers, form", False),
    ("a subject without its part", substitute(r"^Subject: .*\n(?: .*\n)?", "Subject: [PATCH] fix it\n"), "names, trailers, form", False),
    ("a long line in the message", substitute(r"^Upstream:", "x" * 77 + "\n\nUpstream:"), "names, trailers, form", False),
    ("a patch without a number", rename_patch, "names, trailers, form", False),
    ("no cover letter", remove_cover, "names, trailers, form", False),
    ("another header in plugin/", spoil_header, "plugin's copy", False),
    ("another subject under the same name", change_other_subject, "same names", False),
    ("a context line that QEMU does not have", substitute(r"^(@@ .*\n .*)$", r"\1 else"), "applies to the tarball", True),
    ("stale hashes", substitute(r"^index [0-9a-f]{40}\.\.[0-9a-f]{40}", "index " + "a" * 40 + ".." + "b" * 40), "refresh", True),
    ("an added line with a tab", substitute(r"^\+ +return", "+\treturn"), "checkpatch", True),
]


def check(tree, with_tarball):
    environment = dict(os.environ)
    if not with_tarball:
        # Unpacking takes most of the time
        environment["XDG_CACHE_HOME"] = str(tree)
    result = subprocess.run(
        [str(tree / "qemu-patches/check.sh")] + ([VERSION] if with_tarball else []),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout


def copy(base):
    tree = pathlib.Path(tempfile.mkdtemp(dir=base)) / "a tree"
    shutil.copytree(ROOT / "qemu-patches", tree / "qemu-patches")
    (tree / "plugin").mkdir()
    shutil.copy(ROOT / "plugin/qemu-plugin-fi.h", tree / "plugin")
    return tree


def main():
    failed = False
    print(f"1..{len(CASES)}", flush=True)
    with tempfile.TemporaryDirectory() as base:
        for number, (name, spoil, line, needs_tarball) in enumerate(CASES, 1):
            title = f"{number} - check.sh finds {name}"
            if needs_tarball and not TARBALL.exists():
                print(f"ok {title} # SKIP {TARBALL.name} is not in the cache", flush=True)
                continue
            tree = copy(base)
            spoil(tree)
            status, output = check(tree, needs_tarball)
            if status != 0 and re.search(rf"^not ok \d+ - .*{re.escape(line)}", output, re.MULTILINE):
                print(f"ok {title}", flush=True)
            else:
                failed = True
                print(f"not ok {title}\n" + "\n".join(f"# {text}" for text in output.splitlines()), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
