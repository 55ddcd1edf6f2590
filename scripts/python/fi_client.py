# SPDX-License-Identifier: MIT
"""Drives fi_lua, fault injection for QEMU, from Python: a client for the plugin's socket, and QEMU with it.

    with fi_client.connect("fi.sock") as fi:
        print(fi.eval("cpu.x0"))

    with fi_client.Qemu(["qemu-system-aarch64", ...], plugin="libfi_lua.so", paused=True) as qemu:
        qemu.client.run('on_pc("checksum_add", {limit = 1}, function() cpu.w3 = cpu.w3 ~ 1 end)')
        qemu.cont()
        qemu.wait()

One file, standard library only, Python 3.9 or newer. docs/python.md is the guide, docs/protocol.md the protocol.

Time limits: every call that waits has one, in seconds. Left out, it is that of the connection (connect(timeout=)), which is
DEFAULT_TIMEOUT if that is left out, too. A limit that passes raises FiTimeout.

Threads: a client may be used from any number of threads. A thread of its own reads what the plugin sends; the callbacks
of requests run on that one and must not wait for the client.
"""

from __future__ import annotations

import base64
import binascii
import collections
import concurrent.futures
import dataclasses
import itertools
import json
import logging
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from types import TracebackType
from typing import (IO, Any, Callable, Deque, Dict, Iterator, List, Mapping, NamedTuple, Optional, Pattern, Sequence, Tuple,
                    Type, TypeVar, Union)

__all__ = [
    "Client", "Completion", "Event", "FiConnectionError", "FiEnded", "FiError", "FiInterrupted", "FiProtocolError",
    "FiRequestError", "FiRuntimeError", "FiSyntaxError", "FiTimeout", "FiXmlError", "Qemu", "QemuError", "Qmp", "QmpError",
    "Request", "Result", "XmlResult", "connect",
]

PROTOCOL = 1
DEFAULT_TIMEOUT = 10.0
START_TIMEOUT = 60.0            # for QEMU's start: sanitizers and busy machines take their time
EVENTS_KEPT = 100_000           # events that nobody takes; older ones are dropped and counted
CONSOLE_KEPT = 1 << 20          # characters of each serial port
LONGEST_PAYLOAD = 16 * 1024 * 1024

_GREETING_LIMIT = 64 * 1024
_END_GRACE = 5.0                # from SIGTERM to SIGKILL
_HEADER = re.compile(rb"([A-Za-z0-9_.-]{1,32}) (ok|err|wait|event) ([0-9]{1,8})")
_LONGEST_HEADER = 64

_log = logging.getLogger("fi_client")

Path = Union[str, "os.PathLike[str]"]
Vcpu = Union[int, str, None]
T = TypeVar("T")


# --- What can go wrong ---

class FiError(Exception):
    """The base of all errors here.

    kind: as in the protocol ("syntax", "error", "interrupted", "request", "xml", "ended"), or "connection", "protocol",
    "timeout", "qemu". message: without the traceback. traceback: Lua's, if there is one.
    """

    kind = "error"

    def __init__(self, message: str, *, traceback: Optional[str] = None) -> None:
        super().__init__(message)
        self.message = message
        self.traceback = traceback

    def __str__(self) -> str:
        return f"{self.message}\n{self.traceback}" if self.traceback else self.message


class FiSyntaxError(FiError):
    """The chunk is not Lua."""

    kind = "syntax"


class FiRuntimeError(FiError):
    """The chunk raised an error."""

    kind = "error"


class FiInterrupted(FiError):
    """The request was interrupted."""

    kind = "interrupted"


class FiRequestError(FiError):
    """The request itself is wrong: an unknown vCPU, say."""

    kind = "request"


class FiXmlError(FiError):
    """The fault document is wrong, in `line`, in `attribute` if it is one's fault."""

    kind = "xml"

    def __init__(self, message: str, *, line: Optional[int] = None, attribute: Optional[str] = None) -> None:
        super().__init__(message)
        self.line = line
        self.attribute = attribute


class FiEnded(FiError):
    """QEMU has ended. reason, code: those of the `end` event, if it came."""

    kind = "ended"

    def __init__(self, message: str, *, reason: Optional[str] = None, code: Optional[int] = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.code = code


class FiConnectionError(FiError, ConnectionError):
    """There is no connection, or no longer."""

    kind = "connection"


class FiProtocolError(FiError):
    """What came is not the protocol; the connection is of no more use."""

    kind = "protocol"


class FiTimeout(FiError, TimeoutError):
    """It took too long. request: the one that was waited for, if it was one."""

    kind = "timeout"

    def __init__(self, message: str, *, request: Optional[Request[Any]] = None) -> None:
        super().__init__(message)
        self.request = request


class QemuError(FiError):
    """QEMU did not start. status: its exit status, stderr: what it said."""

    kind = "qemu"

    def __init__(self, message: str, *, status: Optional[int] = None, stderr: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.stderr = stderr


class QmpError(FiError):
    """QEMU refused a QMP command."""

    kind = "qemu"


_PLAIN_ERRORS: Dict[str, Type[FiError]] = {
    "syntax": FiSyntaxError, "error": FiRuntimeError, "interrupted": FiInterrupted, "request": FiRequestError,
    "ended": FiEnded,
}


def _error_of(reply: Mapping[str, Any]) -> FiError:
    """The exception for an `err` reply."""
    kind, message = str(reply.get("kind", "error")), str(reply.get("error", "no message"))
    if kind == "xml":
        return FiXmlError(message, line=reply.get("line"), attribute=reply.get("attribute"))
    error = _PLAIN_ERRORS.get(kind, FiError)(message)
    error.kind = kind
    error.traceback = reply.get("traceback")
    return error


# --- What comes back ---

@dataclasses.dataclass(frozen=True)
class Result:
    """What a chunk gave: its values, the same as Lua literals, and what it printed."""

    values: Tuple[Any, ...]
    text: Tuple[str, ...]
    output: str

    @property
    def value(self) -> Any:
        """None without values, the value if there is one, else a tuple."""
        if len(self.values) > 1:
            return self.values
        return self.values[0] if self.values else None


@dataclasses.dataclass(frozen=True)
class XmlResult:
    """How many faults the document had, and the names of the triggers that they became."""

    faults: int
    triggers: Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Completion:
    """text[start:] is the word to be completed, by one of matches."""

    start: int
    matches: Tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Event:
    """name: "print", "hit", "journal", "console", "lost", "end"; its members are in data, and by event["member"]."""

    name: str
    data: Mapping[str, Any]

    def __getitem__(self, member: str) -> Any:
        return self.data[member]

    def get(self, member: str, default: Any = None) -> Any:
        return self.data.get(member, default)


def decode_value(value: Any) -> Any:
    """A value of a reply: {"base64": …}, a string that is not UTF-8, becomes bytes."""
    if isinstance(value, list):
        return [decode_value(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and isinstance(value.get("base64"), str):
        try:
            return base64.b64decode(value["base64"], validate=True)
        except binascii.Error:
            pass
    return {key: decode_value(item) for key, item in value.items()}


def _as_text(value: Any) -> str:
    value = decode_value(value)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _clamp(timeout: float) -> float:
    return max(0.0, min(timeout, threading.TIMEOUT_MAX))


# Python 3.9's Future knows type arguments, so this needs no Generic.
class Request(concurrent.futures.Future[T]):
    """A request in flight: a concurrent.futures.Future, but for the time limit of result() and exception().

    why: the reason why it has to wait, once the plugin has said that it does. output: what the chunk has printed by now.
    It cannot be cancelled; interrupt() it.
    """

    def __init__(self, client: Client, identifier: str, op: str, convert: Callable[[Request[T], Dict[str, Any]], T]) -> None:
        super().__init__()
        self.id = identifier
        self.op = op
        self._client = client
        self._convert = convert
        self._why: Optional[str] = None
        self._output: List[str] = []
        self._wait_callbacks: List[Callable[[Request[T]], object]] = []
        self.set_running_or_notify_cancel()

    @property
    def why(self) -> Optional[str]:
        return self._why

    @property
    def output(self) -> str:
        return "".join(self._output)

    def result(self, timeout: Optional[float] = None) -> T:
        self._await(timeout)
        return super().result(0)

    def exception(self, timeout: Optional[float] = None) -> Optional[BaseException]:
        self._await(timeout)
        return super().exception(0)

    def interrupt(self, timeout: Optional[float] = None) -> bool:
        """Interrupts it; false if it was neither running nor waiting."""
        return self._client.interrupt(self, timeout=timeout)

    def add_wait_callback(self, callback: Callable[[Request[T]], object]) -> None:
        """Calls it with this request when the plugin says that it has to wait, or at once if it has said so."""
        with self._client._changed:
            self._wait_callbacks.append(callback)
            if self._why is None:
                return
        callback(self)

    def _await(self, timeout: Optional[float]) -> None:
        limit = self._client.timeout if timeout is None else timeout
        if not self.done():
            self._client._check_not_reader()
        if not concurrent.futures.wait([self], timeout=_clamp(limit)).done:
            waiting = f"; it waits: {self._why}" if self._why is not None else ""
            raise FiTimeout(f"no reply to {self.op} within {limit:g} s{waiting}", request=self)

    def _must_wait(self, why: str) -> None:
        with self._client._changed:
            self._why = why
            callbacks = list(self._wait_callbacks)
        for callback in callbacks:
            try:
                callback(self)
            except Exception:
                _log.exception("a request's wait callback failed")

    def _reply(self, payload: Dict[str, Any]) -> None:
        try:
            result = self._convert(self, payload)
        except (KeyError, TypeError, ValueError) as error:
            self.set_exception(FiProtocolError(f"the reply to {self.op} is not understood: {error!r} in {payload}"))
        else:
            self.set_result(result)


# --- Frames ---

class _Frame(NamedTuple):
    id: str
    status: str
    payload: Dict[str, Any]


class _Frames:
    """Bytes to frames, in whatever pieces they come."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._header: Optional[Tuple[str, str, int]] = None

    @property
    def is_between(self) -> bool:
        """No part of a frame has come that others must follow."""
        return not self._data and self._header is None

    def feed(self, data: bytes) -> Iterator[_Frame]:
        self._data += data
        while True:
            if self._header is None:
                self._header = self._take_header()
            if self._header is None or len(self._data) < self._header[2]:
                return
            identifier, status, length = self._header
            payload = bytes(self._data[:length])
            del self._data[:length]
            self._header = None
            yield _Frame(identifier, status, self._parse(payload))

    def _take_header(self) -> Optional[Tuple[str, str, int]]:
        end = self._data.find(b"\n", 0, _LONGEST_HEADER)
        if end < 0 and len(self._data) < _LONGEST_HEADER:
            return None
        line = bytes(self._data[:end if end >= 0 else _LONGEST_HEADER])
        match = _HEADER.fullmatch(line)
        if not match or int(match[3]) > LONGEST_PAYLOAD:
            raise FiProtocolError(f"this is no header of a frame: {line!r}")
        del self._data[:end + 1]
        return match[1].decode(), match[2].decode(), int(match[3])

    @staticmethod
    def _parse(payload: bytes) -> Dict[str, Any]:
        try:
            value = json.loads(payload.decode("utf-8"))
        except ValueError as error:
            raise FiProtocolError(f"a payload is no JSON: {error}: {payload[:200]!r}") from None
        if not isinstance(value, dict):
            raise FiProtocolError(f"a payload is no JSON object: {payload[:200]!r}")
        return value


def _open_socket(path: str, deadline: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        while True:
            connection.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                connection.connect(path)
                return connection
            except BlockingIOError:
                # The queue of those that wait to be accepted is full
                if time.monotonic() >= deadline:
                    raise FiTimeout(f"{path} does not accept connections") from None
                time.sleep(0.01)
    except BaseException as error:
        connection.close()
        if isinstance(error, socket.timeout):
            raise FiTimeout(f"{path} does not accept connections") from None
        if isinstance(error, (FileNotFoundError, ConnectionRefusedError)):
            raise FiConnectionError(f"nothing listens on {path}: {error.strerror}; does QEMU run with socket={path}?") from None
        if isinstance(error, OSError) and not isinstance(error, FiError):
            raise FiConnectionError(f"cannot connect to {path}: {error}") from None
        raise


def _accepts(path: str) -> bool:
    try:
        _open_socket(path, time.monotonic() + 1.0).close()
    except FiTimeout:
        return True
    except FiError:
        return False
    return True


def _enter_framed_mode(connection: socket.socket, path: str, deadline: float) -> bytes:
    """Switches to frames; returns what has come of them already."""
    answer = b"#framed %d\n" % PROTOCOL
    received = b""
    try:
        connection.sendall(answer)
        while answer not in received:
            connection.settimeout(max(0.01, deadline - time.monotonic()))
            data = connection.recv(65536)
            if not data:
                raise FiConnectionError(f"{path} closed the connection after {received!r}")
            received += data
            if len(received) > _GREETING_LIMIT:
                raise FiProtocolError(f"{path} does not speak fi_lua's protocol: {received[:200]!r}…")
    except socket.timeout:
        raise FiTimeout(f"{path} does not switch to frames; it said {received[:200]!r}") from None
    except OSError as error:
        if isinstance(error, FiError):
            raise
        raise FiConnectionError(f"{path} closed the connection: {error}") from None
    return received.partition(answer)[2]


# --- The client ---

class _Console:
    """The text of one serial port, and up to where wait_console() has used it."""

    def __init__(self, names: Tuple[Optional[str], ...]) -> None:
        self.names = names
        self.text = ""
        self.used = 0

    def append(self, text: str) -> None:
        self.text += text
        excess = len(self.text) - CONSOLE_KEPT
        if excess > 0:
            self.text = self.text[excess:]
            self.used = max(0, self.used - excess)


class Client:
    """A connection to the plugin in a running QEMU. Use connect(), or Qemu, which has one; close it, or use `with`."""

    def __init__(self, path: Path, *, timeout: float = DEFAULT_TIMEOUT) -> None:
        self.path = os.fspath(path)
        self.timeout = timeout
        self.events_dropped = 0
        self._changed = threading.Condition()       # guards all below; notified of events and of the end
        self._pending: Dict[str, Request[Any]] = {}
        self._events: Deque[Event] = collections.deque()
        self._events_seen = 0
        self._consoles: Dict[str, _Console] = {}
        self._subscribed: Tuple[str, ...] = ()
        self._end: Optional[Event] = None
        self._failure: Optional[Callable[[], FiError]] = None
        self._numbers = itertools.count(1)
        self._sending = threading.Lock()
        self._frames = _Frames()
        deadline = time.monotonic() + timeout
        self._socket = _open_socket(self.path, deadline)
        try:
            rest = _enter_framed_mode(self._socket, self.path, deadline)
        except BaseException:
            self._socket.close()
            raise
        # Limits how long sending may take; the reader takes no notice
        self._socket.settimeout(max(timeout, 0.01))
        self._reader = threading.Thread(target=self._read, args=(rest,), name="fi_client", daemon=True)
        self._reader.start()
        try:
            self.hello: Dict[str, Any] = self.request("hello").result(deadline - time.monotonic())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection. What is in flight fails with FiConnectionError. Harmless if repeated."""
        self._fail(lambda: FiConnectionError(f"the connection to {self.path} was closed here"))
        if threading.current_thread() is not self._reader:
            self._reader.join()
            self._socket.close()

    @property
    def closed(self) -> bool:
        """The connection is over, whoever ended it."""
        with self._changed:
            return self._failure is not None

    # Requests that wait

    def eval(self, code: str, *, vcpu: Vcpu = 0, name: Optional[str] = None, timeout: Optional[float] = None) -> Any:
        """Runs an expression or statements; returns the value, a tuple if there are several, None if there are none.

        vcpu: where it runs, None for no vCPU. name: what messages call the chunk. If the limit passes, it is interrupted.
        """
        return self.run(code, vcpu=vcpu, name=name, timeout=timeout).value

    def run(self, code: str, *, vcpu: Vcpu = 0, name: Optional[str] = None, timeout: Optional[float] = None) -> Result:
        """The same; returns all that came of it. Triggers that it armed are live then."""
        return self._finish(self.submit(code, vcpu=vcpu, name=name), timeout)

    def xml(self, document: Path, *, vcpu: Vcpu = 0, timeout: Optional[float] = None) -> XmlResult:
        """Arms the faults of an XML document: the text itself, which begins with "<", or the path of a file."""
        return self._finish(self._submit("xml", lambda _, reply: XmlResult(int(reply["faults"]), tuple(reply["triggers"])),
                                         document=_document(document), vcpu=_vcpu(vcpu)), timeout)

    def reload(self, *, vcpu: Vcpu = 0, timeout: Optional[float] = None) -> int:
        """Loads the scenario afresh; returns the number of its triggers. If that fails, the old one stays."""
        return self._finish(self._submit("reload", lambda _, reply: int(reply["triggers"]), vcpu=_vcpu(vcpu)), timeout)

    def status(self, *, timeout: Optional[float] = None) -> Dict[str, Any]:
        """What fi.status() returns."""
        return self._finish(self.request("status"), timeout)

    def triggers(self, *, timeout: Optional[float] = None) -> List[Dict[str, Any]]:
        """What fi.triggers() shows."""
        return self._finish(self._submit("triggers", lambda _, reply: [dict(decode_value(t)) for t in reply["triggers"]]),
                            timeout)

    def complete(self, text: str, *, timeout: Optional[float] = None) -> Completion:
        """How the last word of `text` could go on."""
        def convert(_: Request[Completion], reply: Dict[str, Any]) -> Completion:
            before = text.encode("utf-8")[:int(reply["start"])]
            return Completion(len(before.decode("utf-8", "ignore")), tuple(reply["matches"]))

        return self._finish(self._submit("complete", convert, text=text), timeout)

    def help(self, name: str = "", *, timeout: Optional[float] = None) -> str:
        """Help on a function, a field or a topic; without a name, the list of them."""
        return self._finish(self._submit("help", lambda _, reply: _as_text(reply["text"]), name=name), timeout)

    def interrupt(self, request: Optional[Request[Any]] = None, *, timeout: Optional[float] = None) -> bool:
        """Interrupts a request, or all that this client has in flight. False if none was running or waiting."""
        with self._changed:
            targets = [request] if request else [r for r in self._pending.values() if r.op in ("eval", "xml", "reload")]
        replies = [self._submit_interrupt(target) for target in targets]
        return any([self._finish(reply, timeout) for reply in replies])

    def subscribe(self, *events: str, timeout: Optional[float] = None) -> Tuple[str, ...]:
        """To "hits", "journal", "console"; returns all that is subscribed to."""
        return self._subscribe("subscribe", events, timeout)

    def unsubscribe(self, *events: str, timeout: Optional[float] = None) -> Tuple[str, ...]:
        """The reverse."""
        return self._subscribe("unsubscribe", events, timeout)

    # Requests that do not

    def submit(self, code: str, *, vcpu: Vcpu = 0, name: Optional[str] = None) -> Request[Result]:
        """run() without waiting: any number of requests may be in flight, in order on one vCPU."""
        return self._submit("eval", _result, code=code, vcpu=_vcpu(vcpu), name=name)

    def request(self, op: str, **members: Any) -> Request[Dict[str, Any]]:
        """Any request of the protocol; its result is the payload of the reply. Members that are None are left out."""
        return self._submit(op, lambda _, reply: dict(decode_value(reply)), **members)

    # Events

    def events(self, timeout: Optional[float] = None) -> Iterator[Event]:
        """The events, oldest first, as they come; ends when none comes for `timeout`, or with QEMU.

        Each is given once, here or by wait_for_event(). `print` and `end` come always, the others when subscribed to.
        """
        while True:
            try:
                event = self.wait_for_event(lambda _: True, timeout)
            except (FiTimeout, FiEnded):
                return
            yield event

    def wait_for_event(self, wanted: Union[str, Callable[[Event], bool]], timeout: Optional[float] = None) -> Event:
        """The first event that has this name, or for which the function says yes. It is taken; those before it stay."""
        matches: Callable[[Event], bool] = (lambda e: e.name == wanted) if isinstance(wanted, str) else wanted
        looked_at = 0                   # how many of all events that ever came

        def find() -> Optional[Event]:
            # Others may take events meanwhile, but the new ones are at the end
            nonlocal looked_at
            start = max(0, len(self._events) - (self._events_seen - looked_at))
            looked_at = self._events_seen
            for index, event in enumerate(itertools.islice(self._events, start, None), start):
                if matches(event):
                    del self._events[index]
                    return event
            return None

        what = f"event {wanted!r}" if isinstance(wanted, str) else "such event"
        return self._wait_until(find, timeout, what)

    def wait_console(self, regex: Union[str, Pattern[str]], timeout: Optional[float] = None, *,
                     device: Optional[str] = None) -> re.Match[str]:
        """Waits until the guest has written something that matches, behind the match of the last call.

        Of one device (its QOM path or type), or any. Subscribes to "console" if need be: what the guest wrote before is not seen.
        """
        pattern = re.compile(regex)
        if "console" not in self._subscribed:
            self.subscribe("console")

        def find() -> Optional[re.Match[str]]:
            for console in self._consoles_of(device):
                match = pattern.search(console.text, console.used)
                if match:
                    console.used = match.end()
                    return match
            return None

        return self._wait_until(find, timeout, f"console output like {pattern.pattern!r}",
                                lambda: f"; the guest wrote {self.console(device)[-500:]!r}")

    def console(self, device: Optional[str] = None) -> str:
        """What the guest has written to this device, or to all, since "console" was subscribed to."""
        with self._changed:
            return "".join(console.text for console in self._consoles_of(device))

    # How it works

    def _submit(self, op: str, convert: Callable[[Request[T], Dict[str, Any]], T], **members: Any) -> Request[T]:
        body = {"op": op, **{key: value for key, value in members.items() if value is not None}}
        payload = json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8")
        if len(payload) > LONGEST_PAYLOAD:
            raise FiRequestError(f"the request {op} has {len(payload)} bytes, more than {LONGEST_PAYLOAD}")
        with self._sending:
            request = Request(self, str(next(self._numbers)), op, convert)
            with self._changed:
                if self._failure:
                    raise self._failure()
                self._pending[request.id] = request
            try:
                self._socket.sendall(b"%s %d\n%s" % (request.id.encode(), len(payload), payload))
            except OSError as error:
                self._sending_failed(error)
        return request

    def _submit_interrupt(self, request: Request[Any]) -> Request[bool]:
        return self._submit("interrupt", lambda _, reply: bool(reply["interrupted"]), request=request.id)

    def _sending_failed(self, error: OSError) -> None:
        # What QEMU said last may still have to be read
        if not isinstance(error, socket.timeout) and threading.current_thread() is not self._reader:
            self._reader.join(1.0)
        text = str(error)
        self._fail(lambda: FiConnectionError(f"cannot send to {self.path}: {text}"))
        with self._changed:
            assert self._failure
            raise self._failure()

    def _finish(self, request: Request[T], timeout: Optional[float]) -> T:
        try:
            return request.result(timeout)
        except FiTimeout:
            # Nobody has a handle on it any more
            if not self.closed and request.op != "interrupt":
                self._submit_interrupt(request)
            raise

    def _subscribe(self, op: str, events: Sequence[str], timeout: Optional[float]) -> Tuple[str, ...]:
        def convert(_: Request[Tuple[str, ...]], reply: Dict[str, Any]) -> Tuple[str, ...]:
            self._subscribed = tuple(reply["events"])
            return self._subscribed

        return self._finish(self._submit(op, convert, events=list(events)), timeout)

    def _wait_until(self, find: Callable[[], Optional[T]], timeout: Optional[float], what: str,
                    details: Callable[[], str] = lambda: "") -> T:
        self._check_not_reader()
        limit = self.timeout if timeout is None else timeout
        deadline = time.monotonic() + _clamp(limit)
        with self._changed:
            while True:
                found = find()
                if found is not None:
                    return found
                if self._failure:
                    error = self._failure()
                    error.message += f", before any {what}{details()}"
                    raise error
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise FiTimeout(f"no {what} within {limit:g} s{details()}")
                self._changed.wait(_clamp(remaining))

    def _consoles_of(self, device: Optional[str]) -> List[_Console]:
        return [console for console in self._consoles.values() if device is None or device in console.names]

    def _check_not_reader(self) -> None:
        if threading.current_thread() is self._reader:
            raise RuntimeError("a callback of fi_client must not wait for the client: the thread that runs it is the one that reads")

    def _read(self, data: bytes) -> None:
        try:
            while True:
                for frame in self._frames.feed(data):
                    self._handle(frame)
                data = self._receive()
                if not data:
                    break
            self._fail(self._at_end_of_stream)
        except FiProtocolError as error:
            message = error.message
            self._fail(lambda: FiProtocolError(message))
        except OSError as error:
            text = str(error)
            self._fail(lambda: FiConnectionError(f"the connection to {self.path} is lost: {text}"))
        except BaseException:
            # Otherwise those that wait would never hear of it
            self._fail(lambda: FiConnectionError(f"fi_client failed while reading from {self.path}"))
            raise

    def _receive(self) -> bytes:
        while True:
            try:
                return self._socket.recv(1 << 18)
            except socket.timeout:
                continue

    def _at_end_of_stream(self) -> FiError:
        if self._end:
            reason, code = self._end.get("reason"), self._end.get("code")
            status = "" if code is None else f", status {code}"
            return FiEnded(f"QEMU has ended: {reason}{status}", reason=reason, code=code)
        where = "" if self._frames.is_between else " in the middle of a frame"
        return FiConnectionError(f"{self.path} closed the connection{where}")

    def _handle(self, frame: _Frame) -> None:
        if frame.status == "event":
            self._handle_event(Event(frame.payload.pop("event", ""), frame.payload))
            return
        if frame.id == "0":
            raise FiProtocolError(f"the plugin did not understand a request: {frame.payload.get('error')}")
        with self._changed:
            request = self._pending.get(frame.id) if frame.status == "wait" else self._pending.pop(frame.id, None)
        if not request:
            raise FiProtocolError(f"a reply to request {frame.id}, which is not in flight: {frame.status}")
        if frame.status == "ok":
            request._reply(frame.payload)
        elif frame.status == "err":
            request.set_exception(_error_of(frame.payload))
        else:
            request._must_wait(str(frame.payload.get("why", "")))

    def _handle_event(self, event: Event) -> None:
        with self._changed:
            if event.name == "print" and event.get("request") in self._pending:
                self._pending[event["request"]]._output.append(_as_text(event.get("text", "")) + "\n")
            elif event.name == "console":
                device = str(event.get("device"))
                console = self._consoles.setdefault(device, _Console((device, event.get("type"))))
                console.append(_as_text(event.get("text", "")))
            elif event.name == "end":
                self._end = event
            self._events.append(event)
            self._events_seen += 1
            if len(self._events) > EVENTS_KEPT:
                self._events.popleft()
                self.events_dropped += 1
            self._changed.notify_all()

    def _fail(self, failure: Callable[[], FiError]) -> None:
        """The connection is over; the first one to say why is believed."""
        with self._changed:
            if self._failure is None:
                self._failure = failure
            pending, self._pending = list(self._pending.values()), {}
            self._changed.notify_all()
            reason = self._failure
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        for request in pending:
            request.set_exception(reason())


def connect(path: Path, *, timeout: float = DEFAULT_TIMEOUT) -> Client:
    """Connects to the socket that `-plugin libfi_lua.so,socket=PATH` made; timeout: of all calls that give none."""
    return Client(path, timeout=timeout)


def _result(request: Request[Result], reply: Dict[str, Any]) -> Result:
    return Result(tuple(decode_value(value) for value in reply["values"]), tuple(_as_text(t) for t in reply["text"]),
                  request.output)


def _vcpu(vcpu: Vcpu) -> Union[int, str]:
    return "none" if vcpu is None else vcpu


def _document(document: Path) -> str:
    if isinstance(document, str) and document.lstrip().startswith("<"):
        return document
    return pathlib.Path(document).read_text(encoding="utf-8")


# --- QEMU ---

def comma_safe(value: object) -> str:
    """A value for QEMU's command line, where a comma ends it unless it is doubled."""
    return str(value).replace(",", ",,")


class Qmp:
    """QEMU's own control socket, as far as tests need it."""

    def __init__(self, path: Path, *, timeout: float = DEFAULT_TIMEOUT) -> None:
        self.timeout = timeout
        self._lock = threading.Lock()
        self._socket = _open_socket(os.fspath(path), time.monotonic() + timeout)
        self._file = self._socket.makefile("rb")
        try:
            with self._lock:
                self._read(time.monotonic() + timeout)
            self("qmp_capabilities")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def __call__(self, command: str, timeout: Optional[float] = None, **arguments: Any) -> Any:
        """Executes a command and returns what it returns; QmpError if QEMU refuses."""
        limit = self.timeout if timeout is None else timeout
        request: Dict[str, Any] = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        try:
            with self._lock:
                deadline = time.monotonic() + _clamp(limit)
                self._socket.settimeout(max(limit, 0.01))
                self._socket.sendall(json.dumps(request).encode("utf-8") + b"\n")
                while True:
                    reply = self._read(deadline)
                    if "error" in reply:
                        raise QmpError(f"{command}: {reply['error'].get('desc')}")
                    if "return" in reply:
                        return reply["return"]
        except socket.timeout:
            raise FiTimeout(f"no answer to QMP's {command} within {limit:g} s") from None
        except OSError as error:
            if isinstance(error, FiError):
                raise
            raise FiConnectionError(f"QMP's {command}: {error}") from None

    def _read(self, deadline: float) -> Dict[str, Any]:
        self._socket.settimeout(max(0.01, deadline - time.monotonic()))
        line = self._file.readline()
        if not line.endswith(b"\n"):
            raise FiConnectionError("QEMU closed its QMP socket")
        reply = json.loads(line)
        return reply if isinstance(reply, dict) else {}


class _Capture:
    """Reads a pipe to its end, so that whoever writes to it never has to wait."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._data = bytearray()
        self._lock = threading.Lock()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        with self._pipe:
            while True:
                data = os.read(self._pipe.fileno(), 65536)
                if not data:
                    return
                with self._lock:
                    self._data += data

    @property
    def text(self) -> str:
        with self._lock:
            return self._data.decode("utf-8", "replace")


class Qemu:
    """QEMU with the plugin, its socket and a client; a context manager, at whose end nothing of it is left.

    command: QEMU and its arguments. plugin: libfi_lua.so. script: the scenario, a path (os.PathLike, or a str of one
    line that ends in ".lua") or its text. options: more options of the plugin. socket: its path (default: in a temporary
    directory). env: variables in addition to those of this process. paused: the guest waits for cont() before its
    first instruction. timeout: the client's. start_timeout: for the plugin's socket to be there.

    client, process, stdout, stderr: the client, the subprocess.Popen, what QEMU has written by now.
    """

    def __init__(self, command: Sequence[Path], *, plugin: Path, script: Optional[Path] = None,
                 options: Optional[Mapping[str, object]] = None, socket: Optional[Path] = None,
                 env: Optional[Mapping[str, str]] = None, paused: bool = False, timeout: float = DEFAULT_TIMEOUT,
                 start_timeout: float = START_TIMEOUT) -> None:
        self.timeout = timeout
        self._qmp: Optional[Qmp] = None
        self._client: Optional[Client] = None
        self._directory = tempfile.mkdtemp(prefix="fi-")
        try:
            self.socket = os.fspath(socket) if socket else os.path.join(self._directory, "fi.sock")
            if _accepts(self.socket):
                raise QemuError(f"another QEMU listens on {self.socket}")
            self.command = self._command_line(command, plugin, script, options or {}, paused)
            self.process = self._start({**os.environ, **(env or {})})
        except BaseException:
            shutil.rmtree(self._directory, ignore_errors=True)
            raise
        assert self.process.stdout and self.process.stderr
        self._stdout, self._stderr = _Capture(self.process.stdout), _Capture(self.process.stderr)
        try:
            self._client = self._connect(time.monotonic() + start_timeout)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Qemu:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        self.close()

    @property
    def client(self) -> Client:
        assert self._client
        return self._client

    @property
    def stdout(self) -> str:
        return self._stdout.text

    @property
    def stderr(self) -> str:
        return self._stderr.text

    @property
    def qmp(self) -> Qmp:
        """QEMU's own control socket: qemu.qmp("system_reset")."""
        if not self._qmp:
            self._qmp = Qmp(os.path.join(self._directory, "qmp.sock"), timeout=self.timeout)
        return self._qmp

    def cont(self) -> None:
        """Lets the guest run: after paused=True, or after stop()."""
        self.qmp("cont")

    def stop(self) -> None:
        """Stops the guest's vCPUs and its clock."""
        self.qmp("stop")

    def wait(self, timeout: Optional[float] = None) -> int:
        """Waits for QEMU's end; returns its exit status, -N if signal N killed it. stdout and stderr are complete then."""
        limit = self.timeout if timeout is None else timeout
        try:
            status = self.process.wait(_clamp(limit))
        except subprocess.TimeoutExpired:
            raise FiTimeout(f"QEMU has not ended within {limit:g} s") from None
        self._stdout.thread.join(_END_GRACE)
        self._stderr.thread.join(_END_GRACE)
        return status

    def close(self) -> None:
        """Ends QEMU, if it has not ended yet, and tidies up. Harmless if repeated."""
        if self._client:
            self._client.close()
        if self._qmp:
            self._qmp.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_END_GRACE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.wait(_END_GRACE)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _command_line(self, command: Sequence[Path], plugin: Path, script: Optional[Path],
                      options: Mapping[str, object], paused: bool) -> List[str]:
        values: Dict[str, object] = dict(options)
        if script is not None:
            values["script"] = self._script_file(script)
        values["socket"] = self.socket
        pairs = "".join(f",{name}={comma_safe(value)}" for name, value in values.items())
        qmp = comma_safe(os.path.join(self._directory, "qmp.sock"))
        return [*(os.fspath(word) for word in command), "-qmp", f"unix:{qmp},server=on,wait=off", *(["-S"] if paused else []),
                "-plugin", f"file={comma_safe(os.fspath(plugin))}{pairs}"]

    def _script_file(self, script: Path) -> str:
        if not isinstance(script, str) or (script.endswith(".lua") and "\n" not in script):
            return os.path.abspath(os.fspath(script))
        file = os.path.join(self._directory, "scenario.lua")
        pathlib.Path(file).write_text(script, encoding="utf-8")
        return file

    def _start(self, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    env=env)
        except OSError as error:
            raise QemuError(f"cannot start {self.command[0]}: {error.strerror}") from None

    def _connect(self, deadline: float) -> Client:
        while True:
            try:
                return Client(self.socket, timeout=self.timeout)
            except FiError as error:
                if isinstance(error, (FiConnectionError, FiEnded)):
                    # It may be about to end, or not be there yet
                    self._check_running(0.02)
                    if time.monotonic() < deadline:
                        continue
                raise QemuError(f"QEMU runs, but {error.message}", stderr=self.stderr) from None

    def _check_running(self, patience: float) -> None:
        try:
            status = self.wait(patience)
        except FiTimeout:
            return
        raise QemuError(f"QEMU ended with status {status} before a client could connect:\n{self.stderr.rstrip()}",
                        status=status, stderr=self.stderr)
