# SPDX-License-Identifier: GPL-2.0-or-later
"""In place of QEMU: fake_qemu.py BEHAVIOUR ARGUMENTS. It serves the plugin's socket and QMP until it is told to end."""
import json
import os
import pathlib
import re
import signal
import socket
import sys
import threading
import time

import fake_server


def plugin_options(arguments):
    """As QEMU takes them apart: a doubled comma is one of the value."""
    text = arguments[arguments.index("-plugin") + 1]
    fields = [field.replace("\0", ",") for field in text.replace(",,", "\0").split(",")]
    return dict(field.split("=", 1) for field in fields)


def serve_client(listener, status):
    while True:
        peer = fake_server.Peer(listener.accept()[0])
        peer.hello()
        while True:
            request = peer.request()
            if not request:
                break
            identifier, body = request
            if body["op"] == "eval" and body["code"] == "fi.exit(3)":
                peer.reply(identifier, fake_server.values())
                peer.event("end", reason="fi.exit", code=3)
                # Some output at the very end
                os.write(1, b"bye\n")
                os._exit(3)
            peer.reply(identifier, status)


def serve_qmp(path, commands):
    listener = fake_server.listen(path)
    while True:
        connection, _ = listener.accept()
        connection.sendall(b'{"QMP": {"version": {}, "capabilities": []}}\n')
        for line in connection.makefile("rb"):
            command = json.loads(line)
            commands.append(command)
            answer = {"return": {"status": "running"}}
            if command["execute"] == "no-such-command":
                answer = {"error": {"class": "CommandNotFound", "desc": "it has not been found"}}
            # An event comes in between
            connection.sendall(b'{"event": "RESUME", "data": {}}\n' + json.dumps(answer).encode() + b"\n")


def main():
    behaviour, arguments = sys.argv[1], sys.argv[2:]
    if behaviour == "die":
        sys.stderr.write("qemu: the scenario is wrong,\nqemu: line 3\n")
        sys.exit(1)
    if behaviour == "mute":
        time.sleep(60)
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour == "late":
        time.sleep(0.5)
    if behaviour == "chatty":
        # More than a pipe holds, before there is a socket
        os.write(1, b"o" * 300000)
        os.write(2, b"e" * 300000)
    options = plugin_options(arguments)
    commands = []
    script = options.get("script")
    status = {
        "arguments": arguments, "options": options, "commands": commands, "env": os.environ.get("FI_TEST"),
        "scenario": pathlib.Path(script).read_text(encoding="utf-8") if script else None,
    }
    qmp = re.match(r"unix:(.*),server=on,wait=off$", arguments[arguments.index("-qmp") + 1])[1].replace(",,", ",")
    threading.Thread(target=serve_qmp, args=(qmp, commands), daemon=True).start()
    while not os.path.exists(qmp):
        time.sleep(0.01)
    if os.path.exists(options["socket"]):
        os.unlink(options["socket"])
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(options["socket"])
    listener.listen(8)
    serve_client(listener, status)


if __name__ == "__main__":
    main()
