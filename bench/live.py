# SPDX-License-Identifier: GPL-2.0-or-later
"""Times through the plugin's socket (docs/protocol.md), while a guest is busy."""
import json
import pathlib
import socket
import time

PACE = 0.003            # seconds between two requests
N_REQUESTS = 400


class Link:
    def __init__(self, path, is_over):
        self.socket = socket.socket(socket.AF_UNIX)
        self.data = b""
        while True:
            try:
                self.socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if is_over():
                    raise
                time.sleep(0.01)
        self.socket.sendall(b"#framed 1\n")
        self._until(b"#framed 1\n")

    def _more(self):
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("QEMU has closed the socket")
        self.data += chunk

    def _until(self, end):
        while end not in self.data:
            self._more()
        taken, _, self.data = self.data.partition(end)
        return taken

    def time_of(self, code):
        """Seconds from the request to its reply."""
        payload = json.dumps({"op": "eval", "code": code}).encode()
        frame = b"1 %d\n%b" % (len(payload), payload)
        begin = time.perf_counter()
        self.socket.sendall(frame)
        _, status, size = self._until(b"\n").split()
        while len(self.data) < int(size):
            self._more()
        end = time.perf_counter()
        answer, self.data = self.data[:int(size)], self.data[int(size):]
        if status != b"ok":
            raise RuntimeError(answer.decode())
        return end - begin


def times(directory, code, check):
    """A function for Bench.run(meanwhile=…) and the list that it fills. `check` is evaluated at the end, and raises an error if
    what was asked for did not happen."""
    path = pathlib.Path(directory) / "bench.sock"
    samples = []

    def meanwhile(_errors, is_over):
        link = Link(path, is_over)
        link.time_of("n = 0")
        time.sleep(0.3)         # start-up is not what is measured
        for _ in range(N_REQUESTS):
            samples.append(link.time_of(code))
            time.sleep(PACE)
        link.time_of(f"assert({check})")

    return path, samples, meanwhile
