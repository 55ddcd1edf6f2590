# SPDX-License-Identifier: GPL-2.0-or-later
"""The plugin's end of the socket (docs/protocol.md), whose answers a test writes itself."""
import contextlib
import json
import socket
import threading

HELLO = {"plugin": "0.1.0", "protocol": 1, "tier": "patched", "target": "aarch64", "vcpus": 1, "pid": 1, "script": None}
GREETING = b"fi_lua 0.1.0, aarch64, 1 vCPU (?name for help, #help for commands)\nfi> "
TIMEOUT = 20


class Peer:
    """A connection, seen from the plugin."""

    def __init__(self, connection):
        self.connection = connection
        self.connection.settimeout(TIMEOUT)
        self.file = connection.makefile("rb")

    def send(self, data):
        self.connection.sendall(data)

    def handshake(self, greeting=GREETING, rest=b""):
        self.send(greeting)
        assert self.file.readline() == b"#framed 1\n"
        self.send(b"#framed 1\n" + rest)

    def hello(self):
        self.handshake()
        identifier, request = self.request()
        assert request == {"op": "hello"}
        self.reply(identifier, HELLO)

    def request(self):
        """The next one: its ID and its payload; None at the end of the connection."""
        header = self.file.readline()
        if not header:
            return None
        identifier, length = header.split()
        return identifier.decode(), json.loads(self.file.read(int(length)))

    def reply(self, identifier, payload, status="ok"):
        self.send(frame(identifier, status, payload))

    def event(self, name, **members):
        self.send(frame("0", "event", {"event": name, **members}))

    def close(self):
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.file.close()
        self.connection.close()


def frame(identifier, status, payload):
    data = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    return f"{identifier} {status} {len(data)}\n".encode() + data


def values(*them):
    """The payload of a reply to eval."""
    return {"values": list(them), "text": [json.dumps(value) for value in them]}


def listen(path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(8)
    return listener


@contextlib.contextmanager
def served(path, behave, hello=True):
    """Serves one connection on `path` by behave(peer), in a thread; what fails there fails the test."""
    failures = []
    listener = listen(path)
    listener.settimeout(TIMEOUT)

    def serve():
        try:
            peer = Peer(listener.accept()[0])
            try:
                if hello:
                    peer.hello()
                behave(peer)
            finally:
                peer.close()
        except BaseException as error:              # pylint: disable=broad-except
            failures.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        thread.join(TIMEOUT)
        listener.close()
    assert not thread.is_alive(), "the fake server hangs"
    if failures:
        raise failures[0]
