#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Proves that the tests of the documents fail where they should: small documents, a fake QEMU. TAP."""
import contextlib
import io
import pathlib
import sys
import tempfile

import cookbook
import document
import transcript

# Its scenario is shell: what the "guest" prints, with a journal as the harness wants one
FAKE_QEMU = r"""#!/bin/sh
for a; do
    case $a in *script=*) options=$a;; esac
done
script=$(printf '%s' "$options" | sed 's/.*,script=\([^,]*\).*/\1/')
journal=$(printf '%s' "$options" | sed 's/.*,journal=\([^,]*\).*/\1/')
cat >"$journal" <<END
{"n":1,"t":0,"kind":"start","journal":1,"plugin":"0.1.0","api":6,"tier":"patched","target":"aarch64","vcpus":1,"script":"$script","config":null,"seed":"1","args":{},"caps":[]}
{"n":2,"t":0,"kind":"end","reason":"qemu","code":null,"faults":0,"lines":2}
END
sed '/^--/d' "$script" >"$script.sh"
. "$script.sh"
exit 0
"""

RECIPE = """# Cookbook

## A title

It does something.

```lua
{code}
```

`guest` prints

    {output}
"""

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def cook(text, directives=None):
    """What the cookbook's test says of a document: whether it failed, and its report."""
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        (place / "book.md").write_text(text, encoding="utf-8")
        (place / "recipes").mkdir()
        for recipe, content in (directives or {}).items():
            (place / f"recipes/{recipe}.directives").write_text(content, encoding="utf-8")
        (place / "guest.elf").write_text("", encoding="utf-8")
        (place / "qemu").write_text(FAKE_QEMU, encoding="utf-8")
        (place / "qemu").chmod(0o755)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            failed = cookbook.main([
                "--document", str(place / "book.md"), "--recipes", str(place / "recipes"), "--qemu", str(place / "qemu"),
                "--plugin", "plugin", "--guests", name, "--mode", "mttcg",
            ])
        return failed, output.getvalue()


def expect_failure(result, *words):
    failed, report = result
    assert failed, report
    for word in words:
        assert word in report, f"{word!r} is not in\n{report}"


@check
def a_good_recipe_passes():
    """A recipe that does what is shown passes"""
    failed, report = cook(RECIPE.format(code="echo wrong sum", output="wrong sum"))
    assert not failed and "ok 2 - A title" in report, report
    failed, report = cook(RECIPE.format(code="seq 9; echo pid 77 ends", output="…\n    pid … ends"))
    assert not failed, report


@check
def another_output_fails():
    """A recipe whose guest prints something else fails"""
    expect_failure(cook(RECIPE.format(code="echo right sum", output="wrong sum")), "expected line 'wrong sum'")
    expect_failure(cook(RECIPE.format(code="echo wrong sum; echo more", output="wrong sum")), "unexpected line 'more'")


@check
def an_output_without_the_recipe_fails():
    """What holds without the recipe's code, too, proves nothing"""
    expect_failure(cook(RECIPE.format(code="", output="…")), "without the recipe's code")


@check
def a_recipe_without_test_fails():
    """A recipe without a test fails"""
    text = RECIPE.format(code="echo x", output="x")
    expect_failure(cook(text.replace("`guest` prints\n", "It is so.\n")), "no test")
    expect_failure(cook(text.replace("```lua", "```sh")), "no Lua")


@check
def a_test_without_recipe_fails():
    """Directives of which there is no recipe fail"""
    text = RECIPE.format(code="echo x", output="x")
    expect_failure(cook(text, {"another-title": "--! exit: 0\n"}), "another-title", "no recipe")
    failed, report = cook(text, {"a-title": "--! not-stdout: y\n"})
    assert not failed, report
    expect_failure(cook(text, {"a-title": "--! not-stdout: x\n"}), "has 'x'")


@check
def a_long_recipe_fails():
    """More than two sentences are too many, and titles are not used twice"""
    text = RECIPE.format(code="echo x", output="x")
    expect_failure(cook(text.replace("It does something.", "It does. Or not. Who knows?")), "3 sentences")
    expect_failure(cook(text + text[text.index("##"):]), "there twice")


@check
def wrong_options_fail():
    """Options that mean nothing to the test are named"""
    text = RECIPE.format(code="echo x", output="x")
    expect_failure(cook(text.replace("`guest` prints", "`guest` with `--frob 3` prints")), "--frob")
    expect_failure(cook(text.replace("`guest` prints", "`guest` with `--smp` prints")), "--smp needs a value")


@check
def options_become_directives():
    """The options of a sentence are those of the harness"""
    options = "--disk --sh 'echo a; echo b' --append 'x y' --icount shift=3,sleep=off --machine virt,gic-version=3"
    assert list(cookbook.options_as_directives(options, "here")) == [
        "--! disk", "--! sh: echo a; echo b", "--! append: x y", "--! modes: icount", "--! machine: virt,gic-version=3"]


@check
def lines_are_compared():
    """The outputs of commands are compared line by line, but for what changes"""
    same = transcript.difference
    assert same(["a", "b"], ["a", "b"]) is None
    assert same(["…", "b"], ["x", "a", "b"]) is None and same(["a", "…"], ["a"]) is None
    assert same(["pid … ends"], ["pid 7 ends"]) is None
    assert same(["fi_lua: seed 1"], ["fi_lua: seed 22"]) is None
    assert same(["(the whole journal: /tmp/fi_lua.abc123/journal.jsonl)"], ["(the whole journal: /x/tmp/fi_lua.ZZZZZ9/journal.jsonl)"]) is None
    assert same(['{"n":2,"t":5,"old":"0x1"}'], ['{"n":2,"t":99,"old":"0x1"}']) is None
    for expected, got in ((["a"], ["b"]), (["a"], []), (["a"], ["a", "b"]), (["…", "b"], ["b", "c"]), ([], ["a"]),
                          (["a", "b"], ["b", "a"]), (['{"n":2,"t":5,"old":"0x1"}'], ['{"n":2,"t":5,"old":"0x2"}']),
                          (["fi_lua: seed"], ["fi_lua: seed 1"])):
        assert same(expected, got), (expected, got)


def type_in(text, linux=None):
    """What the transcript's test says of a document: whether it failed, and its report."""
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        (place / "text.md").write_text(text, encoding="utf-8")
        (place / "place").mkdir()
        todo = transcript.steps(place / "text.md")
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            report = transcript.Report(place / "text.md", 0)
            transcript.run(todo, transcript.Terminals(place / "place", place), report, linux)
        return report.failed, output.getvalue()


def indented(text):
    return "".join(f"    {line}\n" for line in text.splitlines())


@check
def commands_run_in_order():
    """Commands run one after the other in one place, with the files that the document shows"""
    text = "```lua\n-- one.lua\nprint(1)\n```\n\n" + indented("$ cat one.lua\n-- one.lua\nprint(1)\n$ echo x >two\n$ cat two\nx")
    failed, report = type_in(text)
    assert not failed and report.count("\nok ") == 3, report
    expect_failure(type_in(text.replace("print(1)", "print(2)", 1)), "print(1)")


@check
def code_that_no_command_uses_fails():
    """Lua beside commands has to be a file that one of them names"""
    for text, words in (("```lua\nprint(1)\n```\n\n" + indented("$ echo x\nx"), "names no file"),
                        ("```lua\n-- one.lua\n```\n\n" + indented("$ echo x\nx"), "no command uses one.lua")):
        try:
            type_in(text)
        except document.DocumentError as error:
            assert words in str(error), error
        else:
            raise AssertionError(f"not noticed: {text}")


@check
def commands_with_several_lines():
    """A command may go on in further lines"""
    failed, report = type_in(indented("$ for i in 1 2; do\n>     echo $i\n> done\n1\n2"))
    assert not failed, report


@check
def a_failing_command_fails():
    """A status other than 0 fails, unless the document shows it"""
    expect_failure(type_in(indented("$ exit 3")), "exit status 3")
    failed, report = type_in(indented("$ false; echo status $?\nstatus 1"))
    assert not failed, report


@check
def a_second_terminal():
    """Commands of a second terminal run while the first one's goes on"""
    wait = "echo up; while [ ! -e stop ]; do sleep 0.05; done; echo down"
    failed, report = type_in(indented(f"$ {wait}\nup\n…\ndown\n2$ echo there\nthere\n2$ touch stop"))
    assert not failed, report
    expect_failure(type_in(indented(f"$ {wait}\nup\n…\nover\n2$ touch stop")), "'over'")


@check
def linux_is_skipped_where_it_is_missing():
    """Commands with --linux are skipped where there is none, and nothing else"""
    failed, report = type_in(indented("$ ./fi run --linux x.lua\nno\n$ echo x\ny"), "no Linux")
    assert failed and "SKIP no Linux" in report and "'y'" in report, report


@check
def a_document_without_commands_fails():
    """A document without any command fails, and a fence without end is named"""
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        (place / "text.md").write_text("nothing\n", encoding="utf-8")
        (place / "fi-options").write_text("-Dqemu=/q -Dlinux=/l\n", encoding="utf-8")
        arguments = ["--build", name, "--qemu", "/q", str(place / "text.md")]
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            assert transcript.main(arguments) == 1
        (place / "text.md").write_text("## A\n\n```lua\nx\n", encoding="utf-8")
        try:
            document.sections(place / "text.md")
        except document.DocumentError as error:
            assert "text.md:3" in str(error), error
        else:
            raise AssertionError("a fence without end")
        # Another build directory is left alone
        arguments[3] = "/another"
        with contextlib.redirect_stdout(output):
            assert transcript.main(arguments) == 0
        assert "SKIP" in output.getvalue(), output.getvalue()


def main():
    print(f"1..{len(CHECKS)}", flush=True)
    failed = 0
    for number, function in enumerate(CHECKS, 1):
        try:
            function()
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} - {function.__doc__}\n# " + str(error).replace("\n", "\n# "), flush=True)
        else:
            print(f"ok {number} - {function.__doc__}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
