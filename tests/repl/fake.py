# SPDX-License-Identifier: GPL-2.0-or-later
"""A server that speaks the plugin's framed mode (docs/protocol.md), without a plugin, a QEMU or Lua.

What is asked of it is recorded, and answered by what the code says: a few words stand for what a chunk may do.
"""

import json
import os
import socket
import threading
import time

GREETING = b"fi_lua 9.9, aarch64, 1 vCPU (?name for help, #help for commands)\nfi> "
WORDS = ["on_pc", "on_read", "on_write", "print", "cpu", "fi"]


class Connection:
    def __init__(self, server, sock):
        self.server = server
        self.sock = sock
        self.running = {}
        self.subscribed = set()
        self.lock = threading.Lock()

    def send(self, ident, status, payload):
        data = json.dumps(payload).encode()
        with self.lock:
            self.sock.sendall(f"{ident} {status} {len(data)}\n".encode() + data)

    def event(self, **payload):
        self.send("0", "event", payload)

    def serve(self):
        stream = self.sock.makefile("rb")
        self.sock.sendall(self.server.greeting)
        if stream.readline() != b"#framed 1\n":
            return
        if not self.server.framed:
            stream.read()
            return
        self.sock.sendall(b"#framed 1\n")
        while header := stream.readline():
            ident, length = header.decode().split()
            request = json.loads(stream.read(int(length)))
            self.server.requests.append(request)
            getattr(self, "do_" + request["op"])(ident, request)

    # One method for each operation

    def do_hello(self, ident, _request):
        self.send(ident, "ok", {"plugin": "9.9", "protocol": 1, "tier": "patched", "target": "aarch64", "vcpus": 2,
                                "pid": os.getpid(), "script": "/x.lua"})

    def do_eval(self, ident, request):
        code = request["code"].strip()
        if code.startswith("fail"):
            self.send(ident, "err", {"error": "chunk:1: it failed", "kind": "error", "traceback": "stack traceback:\n\tchunk:1"})
        elif code.startswith("forever"):
            self.running[ident] = True
        elif code.startswith("ignore"):
            self.running[ident] = False
        elif code.startswith("halted"):
            self.send(ident, "wait", {"why": "vCPU 0 is halted; the chunk runs when it can"})
            threading.Timer(0.2, self.send, (ident, "ok", {"values": [1], "text": ["1"]})).start()
        elif code.startswith("say"):
            self.event(event="print", text="said", request=ident)
            self.event(event="print", text="from a handler", trigger="on_pc main")
            self.send(ident, "ok", {"values": [], "text": []})
        elif code.startswith("junk"):
            self.sock.sendall(b"what is this\n")
        elif code.startswith("die"):
            self.sock.shutdown(socket.SHUT_RDWR)
        elif code.startswith("end"):
            self.event(event="end", reason="guest", code=3)
            self.sock.shutdown(socket.SHUT_RDWR)
        else:
            self.send(ident, "ok", {"values": [code], "text": [json.dumps(code, ensure_ascii=False)]})

    def do_interrupt(self, ident, request):
        yes = self.running.get(request["request"], False)
        if yes:
            self.send(request["request"], "err", {"error": "interrupted", "kind": "interrupted"})
        self.send(ident, "ok", {"interrupted": yes})

    def do_xml(self, ident, request):
        if "bad" in request["document"]:
            self.send(ident, "err", {"error": "line 1: bad", "kind": "xml", "line": 1})
        else:
            self.send(ident, "ok", {"faults": 1, "triggers": ["on_pc 0x10"]})

    def do_complete(self, ident, request):
        text = request["text"]
        word = len(text)
        while word and (text[word - 1].isalnum() or text[word - 1] == "_"):
            word -= 1
        matches = [m for m in self.server.words if m.startswith(text[word:])]
        self.send(ident, "ok", {"start": len(text[:word].encode()), "matches": matches})

    def do_help(self, ident, request):
        if request["name"] == "nothing":
            self.send(ident, "err", {"error": "no help on 'nothing'", "kind": "request"})
        else:
            self.send(ident, "ok", {"text": f"help on <{request['name']}>"})

    def do_status(self, ident, _request):
        self.send(ident, "ok", {"uptime": 12, "script": "/x.lua"})

    def do_triggers(self, ident, _request):
        self.send(ident, "ok", {"triggers": [{"name": "on_pc main", "hits": 3}, {"name": "x", "hits": 12, "errors": 1}]})

    def do_reload(self, ident, _request):
        self.send(ident, "ok", {"triggers": 2})

    def do_subscribe(self, ident, request):
        self.subscribed |= set(request["events"])
        self.send(ident, "ok", {"events": sorted(self.subscribed)})

    def do_unsubscribe(self, ident, request):
        self.subscribed -= set(request["events"])
        self.send(ident, "ok", {"events": sorted(self.subscribed)})


class Server:
    """A context manager: listens on .path in a directory."""

    def __init__(self, directory, greeting=GREETING, framed=True):
        self.path = os.path.join(directory, "fi.sock")
        self.greeting = greeting
        self.framed = framed
        self.words = WORDS
        self.requests = []
        self.connections = []

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_args):
        self.listener.close()
        for c in self.connections:
            c.sock.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(Connection(self, sock))
            threading.Thread(target=self._serve, args=(self.connections[-1],), daemon=True).start()

    @staticmethod
    def _serve(connection):
        try:
            connection.serve()
        except (OSError, ValueError):
            pass

    def asked(self, op, count=1, seconds=20):
        """The requests of this kind, once there are as many."""
        deadline = time.monotonic() + seconds
        while True:
            found = [r for r in self.requests if r["op"] == op]
            if len(found) >= count or time.monotonic() > deadline:
                return found
            time.sleep(0.01)
