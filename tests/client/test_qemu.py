# SPDX-License-Identifier: GPL-2.0-or-later
"""fi_client.Qemu with a fake QEMU: how it starts, ends, and what it leaves behind."""
import os
import pathlib
import sys
import tempfile
import time

import fi_client
import pytest
from fake_server import served

FAKE = [sys.executable, str(pathlib.Path(__file__).parent / "fake_qemu.py")]


@pytest.fixture(autouse=True)
def nothing_left(tmp_path, monkeypatch):
    """No temporary directory and no process stays."""
    directory = tmp_path / "t"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    yield
    assert not list(directory.iterdir())
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def start(behaviour, **more):
    return fi_client.Qemu([*FAKE, behaviour], plugin="libfi_lua.so", timeout=5, **more)


def test_it_waits_for_the_socket_and_ends_qemu():
    with start("late") as qemu:
        assert qemu.client.hello["target"] == "aarch64"
        assert qemu.process.poll() is None
    assert qemu.process.returncode == -15
    assert qemu.client.closed


def test_commas_and_spaces_arrive_in_options(tmp_path):
    name = tmp_path / "a,b c"
    name.mkdir()
    with start("good", options={"seed": 1, "arg.list": "1,2,,3"}, socket=name / "fi.sock", env={"FI_TEST": "yes"}) as qemu:
        status = qemu.client.status()
    assert status["options"] == {
        "file": "libfi_lua.so", "seed": "1", "arg.list": "1,2,,3", "socket": str(name / "fi.sock"),
    }
    assert status["env"] == "yes"
    assert "-S" not in status["arguments"]


def test_a_scenario_is_text_or_a_file(tmp_path):
    file = tmp_path / "s.lua"
    file.write_text("-- from a file")
    for script, text in [("-- some text", "-- some text"), ("f()\nrequire 'x.lua", "f()\nrequire 'x.lua"),
                         (file, "-- from a file"), (str(file), "-- from a file")]:
        with start("good", script=script) as qemu:
            assert qemu.client.status()["scenario"] == text


def test_a_qemu_that_dies_at_start_says_why():
    start_time = time.monotonic()
    with pytest.raises(fi_client.QemuError, match="(?s)status 1 .*\nqemu: the scenario is wrong,\nqemu: line 3$") as caught:
        start("die")
    assert (caught.value.status, caught.value.stderr) == (1, "qemu: the scenario is wrong,\nqemu: line 3\n")
    assert time.monotonic() - start_time < 10


def test_a_qemu_without_the_socket():
    with pytest.raises(fi_client.QemuError, match="QEMU runs, but nothing listens"):
        start("mute", start_timeout=0.3)


def test_there_is_no_such_qemu():
    with pytest.raises(fi_client.QemuError, match="cannot start /nowhere/qemu: No such file"):
        fi_client.Qemu(["/nowhere/qemu"], plugin="x.so")


def test_another_qemu_has_the_socket(path):
    def behave(peer):
        assert peer.file.read() == b""

    with served(path, behave, hello=False):
        with pytest.raises(fi_client.QemuError, match="another QEMU listens"):
            start("good", socket=path)


def test_much_output_before_the_socket_blocks_nobody():
    with start("chatty") as qemu:
        deadline = time.monotonic() + 5
        while (len(qemu.stdout), len(qemu.stderr)) != (300000, 300000) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (len(qemu.stdout), len(qemu.stderr)) == (300000, 300000)


def test_the_exit_status_and_the_last_output():
    with start("good") as qemu:
        with pytest.raises(fi_client.FiTimeout, match="has not ended within"):
            qemu.wait(0.1)
        qemu.client.run("fi.exit(3)")
        assert qemu.wait() == 3
        assert qemu.stdout == "bye\n"
        with pytest.raises(fi_client.FiEnded, match="fi.exit, status 3"):
            qemu.client.status()


def test_a_qemu_that_ignores_sigterm_is_killed(monkeypatch):
    monkeypatch.setattr(fi_client, "_END_GRACE", 0.3)
    with start("stubborn") as qemu:
        pass
    assert qemu.process.returncode == -9


def test_an_exception_inside_ends_qemu_as_well():
    with pytest.raises(ZeroDivisionError):
        with start("good") as qemu:
            raise ZeroDivisionError
    assert qemu.process.returncode == -15


def test_qmp():
    with start("good", paused=True) as qemu:
        qemu.cont()
        qemu.stop()
        assert qemu.qmp("human-monitor-command", **{"command-line": "info mtree"}) == {"status": "running"}
        with pytest.raises(fi_client.QmpError, match="no-such-command: it has not been found"):
            qemu.qmp("no-such-command")
        status = qemu.client.status()
    assert "-S" in status["arguments"]
    assert status["commands"] == [
        {"execute": "qmp_capabilities"}, {"execute": "cont"}, {"execute": "stop"},
        {"execute": "human-monitor-command", "arguments": {"command-line": "info mtree"}}, {"execute": "no-such-command"},
    ]
