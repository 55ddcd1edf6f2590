#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Annotations for editors and the reference, against what they are made from (TAP). usage: test_apidoc.py [LUA]

What the plugin really has is compared with the help, and so with the annotations, by tests/scenarios/help.lua.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LUA = sys.argv[1] if len(sys.argv) > 1 else "lua5.4"
HELP = "plugin/lua/help.lua"
META = "scripts/stdlib/meta/fi.lua"
REFERENCE = "docs/lua-api.md"
GENERATOR = "tools/apidoc.lua"
SCENARIOS = "tools/scenariodoc.lua"


def run_lua(*arguments, **more):
    """Runs Lua, and returns the process with its output."""
    return subprocess.run([LUA, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60, **more)


def entries():
    """Names and signatures of the help, as the plugin sees them."""
    code = (
        "local live = {} assert(loadfile(arg[1]))({}, live)"
        " for _, e in ipairs(live.entries) do print(e.name .. '\\t' .. e.signature .. '\\t' .. tostring(e.of ~= nil)) end"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(code)
        file.flush()
        out = run_lua(file.name, ROOT / HELP).stdout
    return [line.split("\t") for line in out.splitlines()]


def generated_files_are_fresh():
    """Regenerating changes nothing."""
    result = run_lua(ROOT / GENERATOR, "--check")
    assert result.returncode == 0, result.stderr


def stale_files_are_noticed():
    """The generator's --check tells a changed file, and a name without a type; writing mends the file."""
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory)
        for name in (HELP, META, REFERENCE, GENERATOR):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
        for name in (META, REFERENCE):
            before = (copy / name).read_text()
            (copy / name).write_text(before.replace("fi.Trigger", "fi.Triger"))
            result = run_lua(copy / GENERATOR, "--check")
            assert result.returncode == 1 and f"{name} is stale" in result.stderr, result.stderr
            assert run_lua(copy / GENERATOR).returncode == 0
            assert (copy / name).read_text() == before, f"{name} is not what it was"
        text = (copy / HELP).read_text()
        (copy / HELP).write_text(text.replace('["fi.seed"] = "integer", ', ""))
        result = run_lua(copy / GENERATOR, "--check")
        assert result.returncode == 1 and "fi.seed has no type" in result.stderr, result.stderr


def scenarios_are_described():
    """The library's reference and annotations are fresh, and each scenario has its test and its example."""
    result = run_lua(ROOT / SCENARIOS, "--check")
    assert result.returncode == 0, result.stderr
    with tempfile.TemporaryDirectory() as directory:
        copy = pathlib.Path(directory)
        for name in ("scripts", "tools", "docs", "tests/scenarios/examples"):
            shutil.copytree(ROOT / name, copy / name)
        for name in ("docs/scenarios.md", "scripts/stdlib/meta/scenarios.lua"):
            before = (copy / name).read_text()
            (copy / name).write_text(before.replace("calls of it", "cals of it"))
            result = run_lua(copy / SCENARIOS, "--check")
            assert result.returncode == 1 and f"{name} is stale" in result.stderr, result.stderr
            assert run_lua(copy / SCENARIOS).returncode == 0
            assert (copy / name).read_text() == before, f"{name} is not what it was"
        for name in ("scripts/stdlib/fi/scenarios/seu_registers.test.lua", "scripts/examples/seu_registers.lua"):
            (copy / name).unlink()
            result = run_lua(copy / SCENARIOS, "--check")
            assert result.returncode == 1 and f"seu_registers has no {name}" in result.stderr, result.stderr


def annotations_have_every_name():
    """Each name of the help is in the annotations and in the reference, told by reading them again."""
    meta = (ROOT / META).read_text()
    reference = (ROOT / REFERENCE).read_text()
    cells = {re.split(r"(?<!\\)\|", line)[1].strip() for line in reference.splitlines() if line.startswith("| `")}
    missing = []
    names = entries()
    assert len(names) > 150, f"{len(names)} names in the help"
    for name, signature, is_key in names:
        owner, _, member = name.rpartition(":") if ":" in name else name.rpartition(".")
        if owner in ("", "fi") or owner.startswith("fi."):
            pattern = rf"^(function )?{re.escape(name)}( = |\()|^---@field {re.escape(member)} "
        elif ":" in name:
            owner = "Mem" if owner == "phys" else owner.capitalize()
            pattern = rf"^function {owner}:{member}\("
        else:
            pattern = rf"^---@field {member}\?? "
        if name != "print" and not re.search(pattern, meta, re.M):
            missing.append(f"{name} in {META}")
        cell = (name if is_key == "true" else signature).replace("|", "\\|")
        if f"`{cell}`" not in cells:
            missing.append(f"{name} in {REFERENCE}")
    assert not missing, ", ".join(missing)


def annotations_parse_and_refuse_require():
    """The annotations are Lua, and whoever runs them is told what they are for."""
    result = run_lua("-e", f"local f = assert(loadfile({str(ROOT / META)!r})) print(select(2, pcall(f)))")
    assert "is for editors" in result.stdout, result.stdout + result.stderr


def annotations_name_classes_that_exist():
    """Each type fi.X in the annotations and in the modules is defined."""
    texts = [(ROOT / META).read_text()] + [path.read_text() for path in modules()]
    defined, used = set(), set()
    for text in texts:
        defined |= set(re.findall(r"^---@(?:class|alias) (fi[\w.]*)", text, re.M))
        for line in re.findall(r"^---@(?:class \S+:|alias \S+|field \S+|param \S+|return|type|overload) *(.*)$", text, re.M):
            used |= set(re.findall(r"(?<![\w\"])fi\.[A-Z]\w*|(?<![\w\"])fi\.[a-z_]+\.[A-Za-z_]+", line))
    unknown = {name for name in used - defined if name.count(".") == 1 or not name.startswith(("fi.irq.", "fi.exception."))}
    unknown -= {"fi.irq_storm"}
    assert len(used) > 40, f"{len(used)} types are used"
    assert not unknown, f"not defined: {', '.join(sorted(unknown))}"


def modules():
    """The modules of the standard library; run_scenario.lua is none."""
    return sorted(
        path for path in (ROOT / "scripts/stdlib/fi").glob("*.lua")
        if not path.name.endswith(".test.lua") and path.name != "run_scenario.lua"
    )


def wrong_in(text):
    """What is wrong with the annotations of a module: of its own functions, and of methods without a leading _."""
    wrong = []
    module = re.findall(r"^return (\w+)$", text, re.M)
    if not module or not re.search(rf"^---@class [\w.]+\nlocal {module[-1]} = ", text, re.M):
        return ["the module's table has no ---@class"]
    for match in re.finditer(r"((?:^---[^\n]*\n)*)^function (\w+)([.:])(\w+)\(([^\n]*)\)$(.*?)^end$", text, re.M | re.S):
        above, owner, sign, name, parameters, body = match.groups()
        if name.startswith("_") or (sign == "." and owner != module[-1]):
            continue
        if not re.search(r"^--- \S", above, re.M):
            wrong.append(f"{owner}{sign}{name} has no description")
        described = [p.rstrip("?") for p in re.findall(r"^---@param (\S+) \S", above, re.M)]
        if described != [p.strip() for p in parameters.split(",") if p.strip()]:
            wrong.append(f"{owner}{sign}{name}({parameters}): the annotations have ({', '.join(described)})")
        if re.search(r"^    return \S", body, re.M) and "---@return " not in above:
            wrong.append(f"{owner}{sign}{name} lacks ---@return")
    return wrong


def public_functions_are_annotated():
    """Each public function of the standard library has a description, its parameters and its result."""
    assert len(modules()) >= 6
    wrong = [f"{path.name}: {what}" for path in modules() for what in wrong_in(path.read_text())]
    assert not wrong, "; ".join(wrong)
    # That wrong ones would be noticed
    good = "---@class fi.m\nlocal m = {}\n--- Does.\n---@param a integer\n---@return integer\nfunction m.f(a)\n    return a\nend\nreturn m\n"
    assert not wrong_in(good), wrong_in(good)
    for old, new in (("--- Does.\n", ""), ("---@param a integer\n", ""), ("---@return integer\n", ""), ("---@class fi.m\n", "")):
        assert wrong_in(good.replace(old, new)), f"without {old!r}"


def editors_find_the_annotations():
    """.luarc.json names a directory that has them, and Lua's version."""
    settings = json.loads((ROOT / ".luarc.json").read_text())
    assert any((ROOT / library / "meta/fi.lua").is_file() for library in settings["workspace.library"])
    assert settings["runtime.version"] == "Lua 5.4"


TESTS = [
    generated_files_are_fresh,
    stale_files_are_noticed,
    scenarios_are_described,
    annotations_have_every_name,
    annotations_parse_and_refuse_require,
    annotations_name_classes_that_exist,
    public_functions_are_annotated,
    editors_find_the_annotations,
]


def main():
    """Runs the tests."""
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        what = test.__doc__.splitlines()[0]
        try:
            test()
        except AssertionError as error:
            failed += 1
            print(f"not ok {number} - {what}\n# " + str(error).replace("\n", "\n# "))
        else:
            print(f"ok {number} - {what}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
