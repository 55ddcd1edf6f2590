# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario file says about itself: the directives in its comments.

Lines that begin with "--! " belong to the tests and are described in README.md; lines that begin with "-- fi: " are
the launcher's (key=value words) and say which guest an example wants.
"""
import dataclasses
import json
import pathlib
import re
import shlex
import signal as signals

MODES = ("mttcg", "single", "icount")
TIERS = ("stock", "patched")


class DirectiveError(Exception):
    """A scenario's directives are wrong; the message says where."""


@dataclasses.dataclass
class Action:
    """Something done to QEMU when the guest has printed a line."""
    kind: str  # "signal" or "monitor"
    what: str
    after: str


@dataclasses.dataclass
class Scenario:
    path: pathlib.Path
    script: str = ""
    guest: str = ""
    machine: str = ""
    cpu: str = ""
    smp: str = ""
    qemu: list = dataclasses.field(default_factory=list)
    shell: list = dataclasses.field(default_factory=list)  # lines that the Linux guest runs
    disk: bool = False  # the Linux guest has one
    kaslr: bool = False  # that kernel chooses its own address
    reboots: bool = False  # a reset of the machine boots that kernel again
    append: list = dataclasses.field(default_factory=list)  # words for its kernel's command line
    options: list = dataclasses.field(default_factory=list)  # (key, value) for the plugin
    stdout: list = dataclasses.field(default_factory=list)  # ("line" | "re" | "any", text)
    stdout_empty: bool = False
    not_stdout: list = dataclasses.field(default_factory=list)
    stderr: list = dataclasses.field(default_factory=list)
    not_stderr: list = dataclasses.field(default_factory=list)
    exit_status: int = 0
    journal: list = dataclasses.field(default_factory=list)
    not_journal: list = dataclasses.field(default_factory=list)
    journal_counts: list = dataclasses.field(default_factory=list)  # (pattern, number)
    rewrites_itself: bool = False  # so it runs as a copy
    no_journal: bool = False
    no_script: bool = False
    sample: bool = False
    golden: bool = False  # the launcher runs the guest without faults first
    modes: tuple = MODES
    tiers: tuple = TIERS
    requires: list = dataclasses.field(default_factory=list)
    action: Action = None
    timeout: float = 60
    nondeterministic: str = ""

    @property
    def expects_something(self):
        return bool(self.stdout or self.stdout_empty or self.stderr or self.journal or self.journal_counts)


def _one_of(allowed):
    def parse(text):
        words = text.split()
        unknown = [word for word in words if word not in allowed]
        if unknown or not words:
            raise ValueError(f"must be some of {', '.join(allowed)}")
        return tuple(words)
    return parse


def key_value(text):
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise ValueError("must be KEY=VALUE")
    return key, value


def _pattern(text):
    pattern = json.loads(text)
    if not isinstance(pattern, dict):
        raise ValueError("must be a JSON object")
    return pattern


def _count(text):
    what, _, number = text.rpartition(" ")
    what = what.strip()
    return (_pattern(what) if what.startswith("{") else {"kind": what}), int(number)


def _action(kind):
    def parse(text):
        what, after, line = text.partition(" after ")
        if not after or not what:
            raise ValueError(f"must be: {'NAME' if kind == 'signal' else 'COMMAND'} after LINE")
        if kind == "signal" and not hasattr(signals, "SIG" + what):
            raise ValueError(f"no signal {what}")
        return Action(kind, what, line)
    return parse


def _checks(scenario, text):
    """fi.check ran, and as many expectations as that held."""
    scenario.journal_counts.append(({"kind": "verdict", "code": 0, "why": f"{int(text)} passed, 0 failed"}, 1))


def _regex(text):
    re.compile(text)
    return text


def _reason(text):
    if not text:
        raise ValueError("needs a reason")
    return text


def _gap(text):
    if text:
        raise ValueError("takes no value")
    return "any", ""


def _set(field, parse=str):
    return lambda scenario, text: setattr(scenario, field, parse(text))


def _append(field, parse=str):
    return lambda scenario, text: getattr(scenario, field).append(parse(text))


def _extend(field, parse):
    return lambda scenario, text: getattr(scenario, field).extend(parse(text))


def _flag(field):
    def set_flag(scenario, text):
        if text:
            raise ValueError("takes no value")
        setattr(scenario, field, True)
    return set_flag


DIRECTIVES = {
    "guest": _set("guest"),
    "script": _set("script"),
    "machine": _set("machine"),
    "cpu": _set("cpu"),
    "smp": _set("smp"),
    "qemu": _extend("qemu", shlex.split),
    "sh": _append("shell"),
    "disk": _flag("disk"),
    "kaslr": _flag("kaslr"),
    "reboots": _flag("reboots"),
    "append": _extend("append", str.split),
    "arg": _append("options", lambda text: key_value("arg." + text)),
    "opt": _append("options", key_value),
    "stdout": _append("stdout", lambda text: ("line", text)),
    "stdout-re": _append("stdout", lambda text: ("re", _regex(text))),
    "stdout-any": _append("stdout", _gap),
    "stdout-empty": _flag("stdout_empty"),
    "not-stdout": _append("not_stdout"),
    "stderr-re": _append("stderr", _regex),
    "not-stderr-re": _append("not_stderr", _regex),
    "exit": _set("exit_status", int),
    "journal": _append("journal", _pattern),
    "not-journal": _append("not_journal", _pattern),
    "journal-count": _append("journal_counts", _count),
    "checks": _checks,
    "rewrites-itself": _flag("rewrites_itself"),
    "no-journal": _flag("no_journal"),
    "no-script": _flag("no_script"),
    "sample": _flag("sample"),
    "modes": _set("modes", _one_of(MODES)),
    "tiers": _set("tiers", _one_of(TIERS)),
    "requires": _extend("requires", str.split),
    "signal": _set("action", _action("signal")),
    "monitor": _set("action", _action("monitor")),
    "timeout": _set("timeout", float),
    "nondeterministic": _set("nondeterministic", _reason),
}

# As tools/setup/run.sh has them; args are the scenario's (fi.args), not QEMU's.
LAUNCHER_KEYS = ("guest", "machine", "cpu", "smp", "accel", "icount", "args", "compare")


def header(path):
    """The comment lines that a script begins with."""
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("--"):
            return
        yield line


def launcher_directives(path):
    """The "-- fi: key=value …" lines of an example, as a dictionary."""
    found = {}
    for line in header(path):
        if not line.startswith("-- fi:"):
            continue
        for word in line[len("-- fi:"):].split():
            key, equals, value = word.partition("=")
            if not equals or key not in LAUNCHER_KEYS:
                raise DirectiveError(f"{path}: {word!r}: must be key=value with a key of {', '.join(LAUNCHER_KEYS)}")
            found[key] = value
    return found


def sample_output(path):
    """What an example's header shows below "Output": its lines that are indented by four or more."""
    lines = []
    inside = False
    for line in header(path):
        if line.startswith("-- Output"):
            inside = True
        elif inside and line.startswith("--     "):
            lines.append(line[len("--     "):])
        elif inside and line == "--" and lines:
            lines.append("")
        elif inside and lines:
            break
    return lines


def parse(path, places):
    """Reads a scenario. places: what @NAME@ in a directive stands for."""
    path = pathlib.Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DirectiveError(f"{path}: {error}") from error
    scenario = Scenario(path=path, script=str(path))
    places = dict(places, DIR=str(path.parent))
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("--!"):
            continue
        match = re.fullmatch(r"--! ([a-z-]+)(?::[ \t]*(.*))?", line.rstrip())
        if not match or match[1] not in DIRECTIVES:
            raise DirectiveError(f"{path}:{number}: no directive: {line}\nknown: {' '.join(sorted(DIRECTIVES))}")
        value = re.sub(r"@([A-Z]+)@", lambda m: places.get(m[1], m[0]), match[2] or "")
        try:
            DIRECTIVES[match[1]](scenario, value)
        except (ValueError, re.error) as error:
            raise DirectiveError(f"{path}:{number}: {match[1]}: {error}") from error
    _check(scenario)
    return scenario


def _check(scenario):
    if not scenario.guest and scenario.script != str(scenario.path) and pathlib.Path(scenario.script).is_file():
        _take_from_launcher(scenario)
    if not scenario.guest:
        raise DirectiveError(f"{scenario.path}: says no guest")
    if scenario.guest != "linux" and (scenario.shell or scenario.append or scenario.disk or scenario.kaslr or
                                      scenario.reboots):
        raise DirectiveError(f"{scenario.path}: sh, append, disk, kaslr and reboots are for guest: linux only")
    if not scenario.expects_something:
        raise DirectiveError(f"{scenario.path}: expects nothing, so it cannot fail")
    if scenario.stdout and scenario.stdout_empty:
        raise DirectiveError(f"{scenario.path}: both stdout and stdout-empty")


def _take_from_launcher(scenario):
    found = launcher_directives(scenario.script)
    for key in ("guest", "machine", "cpu", "smp"):
        setattr(scenario, key, getattr(scenario, key) or found.get(key, ""))
    scenario.golden = found.get("compare") == "golden"
    scenario.options += [key_value("arg." + pair) for pair in found.get("args", "").split(",") if pair]
