#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fi_lua as it is installed (TAP). usage: test_install.py BUILD-DIRECTORY QEMU

It is installed below a temporary directory and then moved, so nothing can be found but by its place in the installed tree.
"""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Seconds within which anything happens on a loaded machine
PATIENCE = 120
SPIN = 0.05

WHERE = """
local check = require "fi.check"
check.ok(require "fi.faults", "the library")
fi.log("library: %s", package.searchpath("fi.faults", package.path))
"""


class Installed:
    """An installed tree, and what its command line does."""

    def __init__(self, build, qemu, base):
        self.build, self.qemu, self.base = build, qemu, base
        self.prefix = base / "a prefix, moved"
        meson = "/usr/bin/meson" if os.access("/usr/bin/meson", os.X_OK) else "meson"
        destination = base / "destination"
        result = subprocess.run(
            [meson, "install", "-C", build, "--no-rebuild", "--destdir", destination],
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        (commands,) = destination.rglob("bin/fi")
        shutil.move(commands.parents[1], self.prefix)
        self.fi = self.prefix / "bin/fi"
        (self.plugin,) = self.prefix.rglob("libfi_lua.so")
        self.data = self.prefix / "share/fi_lua"
        (base / "home").mkdir()
        # Nothing of the source tree, nor of the user's settings
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(base / "home"), "TMPDIR": str(base), "LC_ALL": "C.UTF-8",
        }

    def guest(self, name):
        """One of the test guests."""
        return self.build / f"tests/guest/{name}.elf"

    def script(self, text):
        """A scenario with this text."""
        path = self.base / "scenario.lua"
        path.write_text(text)
        return path

    def run(self, command, **more):
        """Runs a command in a directory of its own; returns its status, its output and its messages."""
        environment = {**self.environment, **{name: str(value) for name, value in more.items()}}
        result = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, check=False, timeout=PATIENCE,
            env=environment, cwd=self.base, stdin=subprocess.DEVNULL,
        )
        return result.returncode, result.stdout, result.stderr

    def qemu_with(self, plugin, script, guest):
        """QEMU's own command line, with no option that says where the library is."""
        options = f"file={plugin},script={script}".replace(str(plugin), str(plugin).replace(",", ",,"))
        return [
            self.qemu, "-M", "virt,gic-version=3", "-cpu", "cortex-a53", "-m", "128", "-display", "none", "-nodefaults",
            "-nic", "none", "-serial", "stdio", "-semihosting-config", "enable=on,target=native",
            "-kernel", self.guest(guest), "-plugin", options,
        ]


def everything_is_where_it_belongs(tree):
    """Programs, plugin, library, template, client and page are installed, tests of the library are not"""
    wanted = [
        "bin/fi", "bin/fi-repl", "share/fi_lua/stdlib/meta/fi.lua", "share/fi_lua/template/mylib/disturb.lua",
        "share/fi_lua/python/fi_client.py", "share/man/man1/fi.1",
    ]
    wanted += [
        f"share/fi_lua/stdlib/fi/{path.name}"
        for path in (ROOT / "scripts/stdlib/fi").glob("*.lua") if not path.name.endswith(".test.lua")
    ]
    missing = [name for name in wanted if not (tree.prefix / name).is_file()]
    assert not missing, f"not installed: {missing}"
    assert os.access(tree.fi, os.X_OK)
    assert tree.plugin.parent.name == "fi_lua", tree.plugin
    tests = list((tree.data / "stdlib").rglob("*.test.lua"))
    assert not tests, f"tests are installed: {tests}"
    # The command's pieces are found by the way from it, never in the source tree
    assert str(ROOT) not in tree.fi.read_text()


def run_uses_the_installed_library(tree):
    """fi run finds plugin and library by its own place"""
    status, out, messages = tree.run(
        [tree.fi, "run", "--qemu", tree.qemu, "--kernel", tree.guest("checksum"), tree.script(WHERE)])
    assert status == 0 and "checksum 0xdc92167d" in out, (status, out, messages)
    assert f"library: {tree.data}/stdlib/fi/faults.lua" in messages, messages


def scenarios_of_the_library_run(tree):
    """fi scenarios lists the installed library, and fi run --scenario runs one of it"""
    status, out, messages = tree.run([tree.fi, "scenarios", "seu_registers"])
    assert status == 0 and "fi run --scenario seu_registers" in out and "./fi" not in out, (status, out, messages)
    status, out, messages = tree.run(
        [tree.fi, "run", "--qemu", tree.qemu, "--kernel", tree.guest("checksum"), "--scenario", "seu_registers",
         "--arg", "code=checksum", "--arg", "registers=w2"])
    assert status == 0 and "checksum 0xdc92167d" not in out, (status, out, messages)
    assert re.search("seu_registers: 1 fault: bit [0-9]+ of w2 flipped at checksum", messages), messages


def run_through_a_link(tree):
    """fi run works through a symbolic link, with FI_QEMU"""
    link = tree.base / "link"
    link.symlink_to(tree.fi)
    status, out, messages = tree.run(
        [link, "run", "--kernel", tree.guest("checksum"), tree.script(WHERE)], FI_QEMU=tree.qemu)
    assert status == 0 and "checksum 0xdc92167d" in out, (status, out, messages)


def plugin_finds_the_installed_library(tree):
    """The installed plugin alone finds the library beside it"""
    status, out, messages = tree.run(tree.qemu_with(tree.plugin, tree.script(WHERE), "checksum"))
    assert status == 0 and "checksum 0xdc92167d" in out, (status, out, messages)
    assert f"library: {tree.data}/stdlib/fi/faults.lua" in messages, messages


def built_plugin_finds_the_source_library(tree):
    """The plugin of the build directory finds the library in the source tree"""
    plugin = tree.build / "libfi_lua.so"
    status, _, messages = tree.run(tree.qemu_with(plugin, tree.script(WHERE), "checksum"))
    assert status == 0 and f"library: {ROOT}/scripts/stdlib/fi/faults.lua" in messages, messages


def template_runs(tree):
    """The installed template's example runs, and its library is found by FI_LUA_PATH"""
    example = tree.data / "template/example.lua"
    command = [tree.fi, "run", "--qemu", tree.qemu, "--kernel", tree.guest("checksum")]
    status, out, messages = tree.run(command + [example])
    assert status == 0 and "golden run:\nchecksum 0xdc92167d\n" in out, (status, out, messages)
    assert '"trigger":"disturb"' in out and '"old":"0xd732a340","new":"0xd732a3c0"' in out, out
    copy = tree.script(example.read_text())
    status, out, messages = tree.run(command + [copy])
    assert status == 1 and "module 'mylib.disturb' not found" in messages, messages
    status, out, _ = tree.run(command + [copy], FI_LUA_PATH=f"{tree.data}/template/?.lua")
    assert status == 0 and '"trigger":"disturb"' in out, out


@contextlib.contextmanager
def guest_with_socket(tree, socket):
    """A guest that never ends, under fi run --socket."""
    log = tree.base / "guest.log"
    with log.open("w") as file:
        with subprocess.Popen(
            [tree.fi, "run", "--qemu", tree.qemu, "--socket", socket, "--kernel", tree.guest("forever")],
            stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=tree.environment, cwd=tree.base,
        ) as process:
            try:
                end = time.monotonic() + PATIENCE
                while not socket.exists():
                    assert process.poll() is None and time.monotonic() < end, log.read_text()
                    time.sleep(SPIN)
                yield process
            finally:
                process.terminate()


def repl_talks_to_a_guest(tree):
    """fi repl talks to a guest under fi run --socket, and so does the installed Python client"""
    socket = tree.base / "fi.sock"
    with guest_with_socket(tree, socket) as process:
        status, out, messages = tree.run([tree.fi, "repl", "-e", "fi.target", "-e", "fi.vcpus", socket])
        assert (status, out) == (0, '"aarch64"\n1\n'), (status, out, messages)
        status, out, messages = tree.run([tree.fi, "repl", "-e", "package.searchpath('fi.faults', package.path)"],
                                         FI_SOCKET=socket)
        assert (status, out) == (0, f'"{tree.data}/stdlib/fi/faults.lua"\n'), (status, out, messages)
        code = f"import fi_client\nwith fi_client.connect({str(socket)!r}) as fi: print(fi.eval('fi.vcpus'))"
        status, out, messages = tree.run(["python3", "-c", code], PYTHONPATH=tree.data / "python")
        assert (status, out) == (0, "1\n"), (status, out, messages)
        status, _, messages = tree.run([tree.fi, "repl", "-e", "fi.exit(7)"])
        assert status == 0, messages
        assert process.wait(PATIENCE) == 7


def doctor_reports(tree):
    """fi doctor is content with a QEMU, and says what is missing without one"""
    status, out, _ = tree.run([tree.fi, "doctor"], FI_QEMU=tree.qemu)
    assert status == 0 and "ok       QEMU" in out and str(tree.plugin) in out, out
    assert str(ROOT) not in out.replace(str(tree.qemu), "").replace(str(tree.build), ""), out
    status, out, _ = tree.run([tree.fi, "doctor"])
    assert status == 1 and "missing  QEMU       none is named" in out and "set FI_QEMU" in out, out
    status, out, messages = tree.run([tree.fi, "doctor"], FI_QEMU="/nosuch")
    assert status == 1 and "/nosuch" in messages, out + messages
    library = tree.data / "stdlib"
    library.rename(tree.data / "gone")
    status, out, _ = tree.run([tree.fi, "doctor"], FI_QEMU=tree.qemu)
    (tree.data / "gone").rename(library)
    assert status == 1 and f"there is no {library}/fi" in out, out


def source_tree_is_asked_for(tree):
    """setup, test and bench say that they need the source tree"""
    for command in (["setup"], ["test", "linux"], ["bench", "soak"]):
        status, _, messages = tree.run([tree.fi, *command])
        assert status == 1 and f"{command[0]} needs fi_lua's source tree" in messages, (status, messages)
    status, out, _ = tree.run([tree.fi, "help"])
    assert status == 0 and "usage: fi COMMAND" in out and "./fi" not in out, out


def missing_things_are_named(tree):
    """Without QEMU or guest, fi run says what to give"""
    checksum = tree.guest("checksum")
    for command, wanted, status_wanted in (
        (["run", "--kernel", checksum, tree.script(WHERE)], "say --qemu PATH, or set FI_QEMU", 1),
        (["run", "--qemu", "/nosuch", tree.script(WHERE)], "names /nosuch, which does not exist", 1),
        (["run", "--qemu", tree.base, tree.script(WHERE)], "which has no qemu-system-aarch64 in it", 1),
        (["run", "--qemu", tree.script(WHERE), tree.script(WHERE)], "which is not a program", 1),
        (["run", "--qemu", tree.qemu, tree.script(WHERE)], "no guest is named: give --kernel FILE", 1),
        (["run", "--qemu", tree.qemu, "--kernel", "/nosuch", tree.script(WHERE)], "--kernel names /nosuch", 1),
        (["run", "--qemu", tree.qemu, tree.data / "template/example.lua"], "is for the guest checksum of", 1),
        (["run", "--nosuch"], "see fi help", 2),
    ):
        status, _, messages = tree.run([tree.fi, *command])
        assert status == status_wanted and wanted in messages, (command, status, messages)


def linux_comes_from_the_cache(tree):
    """fi run --linux boots what ./fi setup left in the cache, and says what to do where there is nothing"""
    cache = tree.base / "cache"
    command = [tree.fi, "run", "--qemu", tree.qemu, "--linux", "--disk", tree.script(WHERE)]
    status, _, messages = tree.run(command, XDG_CACHE_HOME=cache)
    wanted = f"there is no Linux in {cache}/fi_lua/linux; ./fi setup in fi_lua's source tree makes it there"
    assert status == 1 and wanted in messages and "--kernel FILE" in messages, (status, messages)
    # Any kernel will do to see that it is taken
    linux = cache / "fi_lua/linux"
    linux.mkdir(parents=True)
    (linux / "kernel").write_bytes(tree.guest("checksum").read_bytes())
    (linux / "initrd").write_text("initrd")
    status, out, messages = tree.run(command, XDG_CACHE_HOME=cache)
    assert status == 0 and "checksum 0xdc92167d" in out, (status, out, messages)


TESTS = [
    everything_is_where_it_belongs,
    run_uses_the_installed_library,
    scenarios_of_the_library_run,
    run_through_a_link,
    plugin_finds_the_installed_library,
    built_plugin_finds_the_source_library,
    template_runs,
    repl_talks_to_a_guest,
    doctor_reports,
    source_tree_is_asked_for,
    missing_things_are_named,
    linux_comes_from_the_cache,
]


def main():
    """Installs, and runs the tests."""
    build, qemu = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    failed = 0
    print(f"1..{len(TESTS)}", flush=True)
    with tempfile.TemporaryDirectory() as directory:
        tree = Installed(build, qemu, pathlib.Path(directory))
        for number, test in enumerate(TESTS, 1):
            try:
                test(tree)
            except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"not ok {number} - {test.__doc__}\n# " + str(error).replace("\n", "\n# "), flush=True)
            else:
                print(f"ok {number} - {test.__doc__}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
