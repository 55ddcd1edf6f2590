# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest with the plugin's socket, and both ways to talk to it, byte by byte: what is tested is the protocol itself, so the
client library is not used here."""

import contextlib
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import tempfile
import time

# Seconds within which anything happens on a loaded machine; nothing is measured with it.
PATIENCE = 60
SPIN = 0.01


class Lost(Exception):
    """The connection has ended."""


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(SPIN)


class Stream:
    """A connection to the socket, with what has come and was not yet asked for."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(path))
        self.data = b""

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def _more(self):
        try:
            chunk = self.socket.recv(1 << 16)
        except ConnectionError:
            chunk = b""
        if not chunk:
            raise Lost(self.data)
        self.data += chunk

    def until(self, end):
        """All up to and with `end`."""
        while end not in self.data:
            self._more()
        at = self.data.index(end) + len(end)
        taken, self.data = self.data[:at], self.data[at:]
        return taken

    def take(self, size):
        while len(self.data) < size:
            self._more()
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def rest(self):
        """All until the plugin closes the connection."""
        with contextlib.suppress(Lost):
            while True:
                self._more()
        return self.data

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Text(Stream):
    PROMPT = b"fi> "

    def __init__(self, path):
        super().__init__(path)
        self.greeting = self.until(self.PROMPT).decode()

    def ask(self, line):
        """The answer to a line, without the prompt."""
        self.send(line + "\n")
        return self.until(self.PROMPT)[:-len(self.PROMPT)].decode()


class Framed(Stream):
    def __init__(self, path):
        super().__init__(path)
        self.send("#framed 1\n")
        self.until(b"#framed 1\n")
        self.events = []
        self.waits = {}
        self.replies = {}
        self.count = 0

    def submit(self, op, **members):
        self.count += 1
        self.send_frame(str(self.count), {"op": op, **members})
        return str(self.count)

    def send_frame(self, ident, payload):
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.send(f"{ident} {len(data)}\n".encode() + data)

    def next_frame(self):
        ident, status, size = self.until(b"\n").decode().split()
        payload = json.loads(self.take(int(size)).decode())
        if status == "event":
            assert ident == "0", ident
            self.events.append(payload)
        elif status == "wait":
            self.waits.setdefault(ident, []).append(payload)
        else:
            assert ident not in self.replies, f"a second reply to {ident}"
            self.replies[ident] = (status, payload)

    def reply(self, ident):
        while ident not in self.replies:
            self.next_frame()
        return self.replies.pop(ident)

    def ask(self, op, **members):
        return self.reply(self.submit(op, **members))

    def eval(self, code, **members):
        status, payload = self.ask("eval", code=code, **members)
        assert status == "ok", payload
        return payload["values"][0] if payload["values"] else None

    def error(self, op, **members):
        status, payload = self.ask(op, **members)
        assert status == "err", payload
        return payload

    def wait_event(self, name, **wanted):
        while True:
            for i, event in enumerate(self.events):
                if event["event"] == name and all(event.get(key) == value for key, value in wanted.items()):
                    return self.events.pop(i)
            self.next_frame()


class Qmp(Stream):
    """QEMU's own control socket."""

    def __init__(self, path):
        super().__init__(path)
        self.until(b"\n")
        self.command("qmp_capabilities")

    def command(self, name, **arguments):
        self.send(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        while True:
            answer = json.loads(self.until(b"\n"))
            if "return" in answer or "error" in answer:
                assert "error" not in answer, answer
                return answer["return"]

    def human(self, line):
        return self.command("human-monitor-command", **{"command-line": line})


class Guest:
    """QEMU with the plugin. The guest's output is in `output()`."""

    def __init__(self, config, kernel="forever", machine="virt", cpu="cortex-a53", smp=1, script="", plugin=(), qemu=(),
                 connect=True):
        self.config = config
        self._directory = tempfile.TemporaryDirectory(prefix="fi-live-")
        self.directory = pathlib.Path(self._directory.name)
        self.path = self.directory / "fi.sock"
        self.script = self.directory / "scenario.lua"
        if script is not None:
            self.script.write_text(script)
        self.stdout = self.directory / "stdout"
        self.stderr = self.directory / "stderr"
        options = [config.plugin, f"stdlib={config.stdlib}", f"socket={self.path}", *plugin]
        if script is not None:
            options.append(f"script={self.script}")
        command = [
            config.qemu, "-M", machine, "-cpu", cpu, "-smp", str(smp), "-m", "128", "-accel", "tcg,thread=multi",
            "-display", "none", "-nodefaults", "-nic", "none", "-chardev", f"file,id=serial,path={self.stdout}",
            "-serial", "chardev:serial", "-semihosting-config", "enable=on,target=native",
            "-qmp", f"unix:{self.directory}/qmp.sock,server=on,wait=off",
            "-kernel", str(pathlib.Path(config.guests) / f"{kernel}.elf"), *qemu, "-plugin", ",".join(options),
        ]
        environment = dict(os.environ, **dict(pair.split("=", 1) for pair in config.env))
        with open(self.stderr, "wb") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=environment)
        if connect:
            wait_until(lambda: self.path.exists() or self.process.poll() is not None, "the socket")
            assert self.process.poll() is None, self.errors()
            wait_until(lambda: (self.directory / "qmp.sock").exists(), "QMP")
            self.qmp = Qmp(self.directory / "qmp.sock")

    def output(self):
        return self.stdout.read_text(errors="replace")

    def errors(self):
        return self.stderr.read_text(errors="replace")

    def text(self):
        return Text(self.path)

    def framed(self):
        return Framed(self.path)

    def wait(self):
        return self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        status = self.process.wait()
        if kind:
            print("# QEMU's status:", status)
            for line in self.errors().splitlines()[-30:]:
                print("#", line)
        self._directory.cleanup()


def readable(stream):
    return bool(select.select([stream.socket], [], [], 0)[0])


def first_number(text):
    return int(re.search(r"-?\d+", text)[0])
