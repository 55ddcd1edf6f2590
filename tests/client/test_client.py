# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python client against a server that does what each test says."""
import base64
import contextlib
import pathlib
import random
import re
import threading
import time

import fi_client
import pytest
from fake_server import GREETING, HELLO, frame, listen, served, values

SHORT = 0.2


def test_the_greeting_and_the_prompt_are_skipped(path):
    def behave(peer):
        peer.handshake(GREETING)
        identifier, request = peer.request()
        assert request == {"op": "hello"}
        peer.reply(identifier, HELLO)
        assert peer.request() is None

    with served(path, behave, hello=False), fi_client.connect(path, timeout=5) as fi:
        assert fi.hello == HELLO


def test_eval_sends_the_code_and_returns_what_came(path):
    def behave(peer):
        identifier, request = peer.request()
        assert request == {"op": "eval", "code": "cpu.x0", "vcpu": 0}
        peer.reply(identifier, values(2**63 - 1))
        identifier, request = peer.request()
        assert request == {"op": "eval", "code": "1, 'ü'", "vcpu": 3, "name": "test"}
        peer.reply(identifier, values(1, "ü"))
        identifier, request = peer.request()
        assert request == {"op": "eval", "code": "x = 1", "vcpu": "none"}
        peer.reply(identifier, values())

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        assert fi.eval("cpu.x0") == 2**63 - 1
        assert fi.eval("1, 'ü'", vcpu=3, name="test") == (1, "ü")
        assert fi.eval("x = 1", vcpu=None) is None


def test_base64_is_bytes_wherever_it_is(path):
    coded = {"base64": base64.b64encode(b"\xff\0").decode()}

    def behave(peer):
        peer.reply(peer.request()[0], {"values": [coded, [1, {"a": coded}], {"base64": "no!"}], "text": ["a", "b", "c"]})

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        result = fi.run("x")
        assert result.values == (b"\xff\0", [1, {"a": b"\xff\0"}], {"base64": "no!"})
        assert result.text == ("a", "b", "c")


def test_frames_that_come_byte_by_byte(path):
    def behave(peer):
        identifier, _ = peer.request()
        data = frame("0", "event", {"event": "hit", "trigger": "ö"}) + frame(identifier, "ok", values("ü"))
        for index in range(len(data)):
            peer.send(data[index:index + 1])
            time.sleep(0.001)

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        assert fi.eval("x") == "ü"
        assert fi.wait_for_event("hit")["trigger"] == "ö"


def test_frames_that_come_at_once_with_the_handshake(path):
    def behave(peer):
        peer.handshake(rest=frame("0", "event", {"event": "hit", "trigger": "early"}))
        identifier, _ = peer.request()
        peer.send(frame("0", "event", {"event": "hit", "trigger": "late"}) + frame(identifier, "ok", HELLO))
        assert peer.request() is None

    with served(path, behave, hello=False), fi_client.connect(path, timeout=5) as fi:
        assert [fi.wait_for_event("hit")["trigger"] for _ in range(2)] == ["early", "late"]


def test_replies_in_any_order(path):
    def behave(peer):
        requests = [peer.request() for _ in range(3)]
        for identifier, request in reversed(requests):
            peer.event("hit", trigger=request["code"])
            peer.reply(identifier, values(request["code"]))

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        requests = [fi.submit(code) for code in "abc"]
        assert [request.result().value for request in requests] == ["a", "b", "c"]
        assert [fi.wait_for_event("hit")["trigger"] for _ in range(3)] == ["c", "b", "a"]


def test_many_threads_share_a_client(path):
    threads, rounds, batch = 8, 50, 20

    def behave(peer):
        for _ in range(threads * rounds // batch):
            requests = [peer.request() for _ in range(batch)]
            random.shuffle(requests)
            for identifier, request in requests:
                peer.reply(identifier, values(request["code"]))

    right = []

    def work(fi, number):
        requests = {f"{number}.{index}": fi.submit(f"{number}.{index}") for index in range(rounds)}
        right.append(all(request.result().value == code for code, request in requests.items()))

    with served(path, behave), fi_client.connect(path, timeout=10) as fi:
        workers = [threading.Thread(target=work, args=(fi, number)) for number in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert right == [True] * threads


def test_what_a_chunk_prints_is_in_its_result(path):
    def behave(peer):
        first, _ = peer.request()
        second, _ = peer.request()
        peer.event("print", request=first, text="one")
        peer.event("print", request=second, text="other")
        peer.event("print", trigger="on_pc f", text="handler")
        peer.event("print", request=first, text="two")
        peer.reply(first, values())
        peer.reply(second, values())

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        first, second = fi.submit("a"), fi.submit("b")
        assert (first.result().output, second.result().output) == ("one\ntwo\n", "other\n")
        assert [fi.wait_for_event("print")["text"] for _ in range(4)] == ["one", "other", "handler", "two"]


def test_wait_replies_are_seen(path):
    listening, go = threading.Event(), threading.Event()

    def behave(peer):
        identifier, _ = peer.request()
        assert listening.wait(10)
        peer.reply(identifier, {"why": "vCPU 0 is halted"}, "wait")
        assert go.wait(10)
        peer.reply(identifier, values(1))

    seen = []
    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        request = fi.submit("x")
        called = threading.Event()
        request.add_wait_callback(lambda r: (seen.append(r.why), called.set()))
        listening.set()
        assert called.wait(5)
        with pytest.raises(fi_client.FiTimeout, match="it waits: vCPU 0 is halted") as caught:
            request.result(SHORT)
        assert caught.value.request is request and not request.done()
        request.add_wait_callback(lambda r: seen.append("late " + r.why))
        go.set()
        assert request.result().value == 1
    assert seen == ["vCPU 0 is halted", "late vCPU 0 is halted"]


@pytest.mark.parametrize("kind, exception", [
    ("syntax", fi_client.FiSyntaxError), ("error", fi_client.FiRuntimeError), ("interrupted", fi_client.FiInterrupted),
    ("request", fi_client.FiRequestError), ("ended", fi_client.FiEnded), ("new", fi_client.FiError),
])
def test_errors_have_their_class(path, kind, exception):
    def behave(peer):
        peer.reply(peer.request()[0], {"error": "no good", "kind": kind, "traceback": "in line 1"}, "err")

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        with pytest.raises(exception) as caught:
            fi.eval("x")
    assert type(caught.value) is exception
    assert (caught.value.kind, caught.value.message, caught.value.traceback) == (kind, "no good", "in line 1")
    assert str(caught.value) == "no good\nin line 1"


def test_errors_of_xml_say_where(path):
    def behave(peer):
        peer.reply(peer.request()[0], {"error": "what is 'TIMR'?", "kind": "xml", "line": 3, "attribute": "trigger"}, "err")

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        with pytest.raises(fi_client.FiXmlError) as caught:
            fi.xml("<Fault trigger='TIMR'/>")
    assert (caught.value.kind, caught.value.line, caught.value.attribute) == ("xml", 3, "trigger")


def test_xml_takes_a_document_or_a_file(path, tmp_path):
    file = tmp_path / "faults.xml"
    file.write_text("<a/>")
    wanted = [" \n<b/>", "<a/>", "<a/>"]

    def behave(peer):
        for document in wanted:
            identifier, request = peer.request()
            assert request == {"op": "xml", "document": document, "vcpu": 0}
            peer.reply(identifier, {"faults": 2, "triggers": ["on_pc f"]})

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        results = [fi.xml(document) for document in (" \n<b/>", file, str(file))]
    assert results == [fi_client.XmlResult(2, ("on_pc f",))] * 3


def test_the_other_requests(path):
    triggers = [{"name": "on_pc f", "hits": 3}]
    dialogue = [
        ({"op": "reload", "vcpu": 0}, {"triggers": 4}),
        ({"op": "status"}, {"memory": 12345}),
        ({"op": "triggers"}, {"triggers": triggers}),
        ({"op": "complete", "text": "ü = cpu.x"}, {"start": 9, "matches": ["x0", "x1"]}),
        ({"op": "help", "name": "on_pc"}, {"text": "on_pc(…)"}),
        ({"op": "subscribe", "events": ["hits", "journal"]}, {"events": ["hits", "journal"]}),
        ({"op": "unsubscribe", "events": ["hits"]}, {"events": ["journal"]}),
        ({"op": "later", "x": 1}, {"y": 2}),
    ]

    def behave(peer):
        for request, reply in dialogue:
            identifier, received = peer.request()
            assert received == request
            peer.reply(identifier, reply)

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        assert fi.reload() == 4
        assert fi.status() == {"memory": 12345}
        assert fi.triggers() == triggers
        assert fi.complete("ü = cpu.x") == fi_client.Completion(8, ("x0", "x1"))
        assert fi.help("on_pc") == "on_pc(…)"
        assert fi.subscribe("hits", "journal") == ("hits", "journal")
        assert fi.unsubscribe("hits") == ("journal",)
        assert fi.request("later", x=1, z=None).result() == {"y": 2}


def test_interrupt(path):
    def behave(peer):
        first, _ = peer.request()
        second, _ = peer.request()
        for target in (first, second):
            identifier, request = peer.request()
            assert request == {"op": "interrupt", "request": target}
            peer.reply(identifier, {"interrupted": target == first})
        peer.reply(first, {"error": "interrupted", "kind": "interrupted"}, "err")
        identifier, request = peer.request()
        assert request == {"op": "interrupt", "request": second}
        peer.reply(identifier, {"interrupted": False})

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        first, second = fi.submit("a"), fi.submit("b")
        assert fi.interrupt() is True
        with pytest.raises(fi_client.FiInterrupted):
            first.result()
        assert second.interrupt() is False


# --- The connection's end ---

def test_a_connection_lost_within_a_reply_fails_all(path):
    def behave(peer):
        identifier, _ = peer.request()
        peer.request()
        peer.send(frame(identifier, "ok", values("long" * 100))[:-1])

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        requests = [fi.submit("a"), fi.submit("b")]
        for request in requests:
            with pytest.raises(fi_client.FiConnectionError, match="in the middle of a frame"):
                request.result()
        for call in (lambda: fi.eval("c"), fi.status, lambda: fi.wait_for_event("hit"), lambda: next(fi.events())):
            with pytest.raises(fi_client.FiConnectionError):
                call()
        assert fi.closed


def test_the_end_of_qemu_fails_all_with_its_reason(path):
    def behave(peer):
        answered, _ = peer.request()
        peer.request()
        peer.event("hit", trigger="last")
        peer.event("end", reason="guest", code=0)
        # Both ways to learn of it; one after a while
        time.sleep(0.1)
        peer.reply(answered, {"error": "QEMU ends", "kind": "ended"}, "err")

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        answered, unanswered = fi.submit("a"), fi.submit("b")
        with pytest.raises(fi_client.FiEnded, match="QEMU ends"):
            answered.result()
        with pytest.raises(fi_client.FiEnded) as caught:
            unanswered.result()
        assert (caught.value.reason, caught.value.code) == ("guest", 0)
        with pytest.raises(fi_client.FiEnded, match="before any event 'journal'"):
            fi.wait_for_event("journal")
        with pytest.raises(fi_client.FiEnded):
            fi.eval("c")
        assert [event.name for event in fi.events()] == ["hit", "end"]


def test_close_fails_what_is_in_flight_and_who_waits(path):
    errors = []

    def wait(fi):
        try:
            fi.wait_for_event("hit", timeout=20)
        except fi_client.FiError as error:
            errors.append(error)

    def behave(peer):
        peer.request()
        assert peer.request() is None

    with served(path, behave):
        fi = fi_client.connect(path, timeout=5)
        request = fi.submit("x")
        waiter = threading.Thread(target=wait, args=(fi,))
        waiter.start()
        time.sleep(0.05)
        fi.close()
        fi.close()
        waiter.join(5)
    assert [type(error) for error in errors] == [fi_client.FiConnectionError]
    with pytest.raises(fi_client.FiConnectionError, match="closed here"):
        request.result()


@pytest.mark.parametrize("data, message", [
    (b"what is this?\n", "no header of a frame"),
    (b"1" * 200, "no header of a frame"),
    (b"7 ok 16777217\n", "no header of a frame"),
    (b"7 okay 2\n{}", "no header of a frame"),
    (frame("2", "ok", b"{nonsense"), "no JSON"),
    (frame("2", "ok", b"[]"), "no JSON object"),
    (frame("2", "ok", b'{"a": "\xff"}'), "no JSON"),
    (frame("77", "ok", {}), "request 77, which is not in flight"),
    (frame("0", "err", {"error": "a bad header", "kind": "request"}), "did not understand a request: a bad header"),
])
def test_what_is_not_the_protocol_ends_the_connection(path, data, message):
    def behave(peer):
        assert peer.request()[0] == "2"
        peer.send(data)
        assert peer.request() is None

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        with pytest.raises(fi_client.FiProtocolError, match=message):
            fi.eval("x")


def test_a_second_reply_to_one_request_is_an_error(path):
    def behave(peer):
        identifier, _ = peer.request()
        peer.reply(identifier, values(1))
        peer.reply(identifier, values(1))
        assert peer.request() is None

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        assert fi.eval("x") == 1
        with pytest.raises(fi_client.FiProtocolError, match="not in flight"):
            fi.wait_for_event("hit")


def test_a_reply_that_lacks_a_member_fails_that_request_only(path):
    def behave(peer):
        peer.reply(peer.request()[0], {"values": []})
        peer.reply(peer.request()[0], values(2))

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        with pytest.raises(fi_client.FiProtocolError, match="'text'"):
            fi.eval("x")
        assert fi.eval("y") == 2


# --- Limits ---

def test_a_call_that_times_out_interrupts_its_request(path):
    def behave(peer):
        eval_id, _ = peer.request()
        identifier, request = peer.request()
        assert request == {"op": "interrupt", "request": eval_id}
        peer.reply(identifier, {"interrupted": True})
        peer.reply(eval_id, {"error": "interrupted", "kind": "interrupted"}, "err")
        peer.reply(peer.request()[0], values("alive"))

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        with pytest.raises(fi_client.FiTimeout, match=r"no reply to eval within 0\.2 s") as caught:
            fi.eval("while true do end", timeout=SHORT)
        with pytest.raises(fi_client.FiInterrupted):
            caught.value.request.result()
        assert fi.eval("x") == "alive"


def test_the_connections_limit_is_that_of_calls_without_one(path):
    def behave(peer):
        while peer.request():
            pass

    with served(path, behave):
        fi = fi_client.connect(path, timeout=1)
        fi.timeout = SHORT
        calls = [lambda: fi.eval("x"), lambda: fi.wait_for_event("hit"), fi.status, lambda: fi.submit("y").result(),
                 lambda: fi.wait_console("x"), lambda: fi.submit("y").exception()]
        for call in calls:
            start = time.monotonic()
            with pytest.raises(fi_client.FiTimeout, match=re.escape("within 0.2 s")):
                call()
            assert SHORT <= time.monotonic() - start < 5
        assert not list(fi.events())
        fi.close()


def test_a_server_that_does_not_answer_the_handshake(path):
    with listen(path):
        with pytest.raises(fi_client.FiTimeout, match="does not switch to frames"):
            fi_client.connect(path, timeout=SHORT)


def test_a_server_that_does_not_accept(path):
    listener = listen(path)
    listener.listen(0)
    clients = []
    with listener, pytest.raises(fi_client.FiTimeout):
        for _ in range(20):
            clients.append(fi_client._open_socket(str(path), time.monotonic() + SHORT))
    for client in clients:
        client.close()


def test_a_server_that_does_not_read(path):
    done = threading.Event()

    with served(path, lambda peer: done.wait(10)), fi_client.connect(path, timeout=SHORT) as fi:
        with pytest.raises(fi_client.FiConnectionError, match="cannot send"):
            for _ in range(100):
                fi.submit("x" * 100_000)
        done.set()


def test_something_else_listens_there(path):
    def behave(peer):
        peer.send(b"220 mail server\r\n" * 4000)
        with contextlib.suppress(ConnectionResetError):
            peer.file.read()

    with served(path, behave, hello=False):
        with pytest.raises(fi_client.FiProtocolError, match="does not speak fi_lua's protocol"):
            fi_client.connect(path, timeout=5)


def test_nothing_listens(path):
    with pytest.raises(fi_client.FiConnectionError, match="does QEMU run with socket="):
        fi_client.connect(path)
    listen(path).close()
    with pytest.raises(fi_client.FiConnectionError, match="does QEMU run with socket="):
        fi_client.connect(path)
    with pytest.raises(fi_client.FiConnectionError, match="cannot connect"):
        fi_client.connect("x" * 200)


def test_a_request_that_is_too_long_is_not_sent(path):
    def behave(peer):
        peer.reply(peer.request()[0], values(len("short")))

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        with pytest.raises(fi_client.FiRequestError, match="more than 16777216"):
            fi.eval("x" * 2**24)
        assert fi.eval("short") == 5


def test_a_callback_that_would_wait_for_itself_is_told_so(path):
    go = threading.Event()

    def behave(peer):
        identifier, _ = peer.request()
        assert go.wait(10)
        peer.reply(identifier, values(1))
        assert peer.request()
        assert peer.request() is None

    caught = []

    def callback(_):
        try:
            fi.eval("y")
        except RuntimeError as error:
            caught.append(error)

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        request = fi.submit("x")
        request.add_done_callback(callback)
        go.set()
        request.result()
        deadline = time.monotonic() + 5
        while not caught and time.monotonic() < deadline:
            time.sleep(0.01)
    assert "must not wait" in str(caught[0])


# --- Events ---

def test_events_are_given_once_and_in_order(path):
    def behave(peer):
        for number in range(4):
            peer.event("hit", trigger=f"t{number}")
            peer.event("journal", line={"n": number})
        peer.reply(peer.request()[0], values())
        assert peer.request() is None

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        assert fi.wait_for_event(lambda e: e.name == "journal" and e["line"]["n"] == 2)["line"] == {"n": 2}
        assert fi.wait_for_event("hit")["trigger"] == "t0"
        fi.eval("x")
        rest = [event.get("trigger", event.get("line")) for event in fi.events(timeout=SHORT)]
        assert rest == [{"n": 0}, "t1", {"n": 1}, "t2", "t3", {"n": 3}]


def test_an_event_that_comes_later(path):
    go = threading.Event()

    def behave(peer):
        peer.event("hit", trigger="other")
        assert go.wait(10)
        peer.event("hit", trigger="wanted")
        peer.reply(peer.request()[0], values())
        assert peer.request() is None

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        with pytest.raises(fi_client.FiTimeout, match="no such event"):
            fi.wait_for_event(lambda e: e.get("trigger") == "wanted", timeout=SHORT)
        go.set()
        fi.wait_for_event(lambda e: e.get("trigger") == "wanted")
        fi.eval("x")
        assert [event["trigger"] for event in fi.events(timeout=SHORT)] == ["other"]


def test_events_that_nobody_takes_are_bounded(path, monkeypatch):
    monkeypatch.setattr(fi_client, "EVENTS_KEPT", 10)

    def behave(peer):
        for number in range(25):
            peer.event("hit", trigger=number)
        peer.reply(peer.request()[0], values())
        assert peer.request() is None

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        fi.eval("x")
        assert fi.events_dropped == 15
        assert [event["trigger"] for event in fi.events(timeout=SHORT)] == list(range(15, 25))


# --- The guest's console ---

def test_the_console_across_events(path):
    def behave(peer):
        identifier, request = peer.request()
        assert request == {"op": "subscribe", "events": ["console"]}
        peer.reply(identifier, {"events": ["console"]})
        for piece in ("check", "sum 0x12", {"base64": "NA=="}, "\nchecksum 0x56\n"):
            peer.event("console", device="pl011", text=piece)
            time.sleep(0.02)

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        assert [fi.wait_console(r"checksum 0x(\w+)\n")[1] for _ in range(2)] == ["124", "56"]
        assert fi.console() == fi.console("pl011") == "checksum 0x124\nchecksum 0x56\n"


def test_the_console_of_one_device(path):
    def behave(peer):
        peer.reply(peer.request()[0], {"events": ["console"]})
        peer.event("console", device="one", type="pl011", text="hello from one\n")
        peer.event("console", device="two", type="serial", text="hello from two\n")
        assert peer.request() is None

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        fi.subscribe("console")
        assert fi.wait_console("hello", device="serial")
        assert fi.wait_console("from (.*)", device="two")[1] == "two"
        assert fi.wait_console(re.compile("from (.*)"))[1] == "one"
        with pytest.raises(fi_client.FiTimeout, match=r"the guest wrote 'hello from two\\n'"):
            fi.wait_console("hello", SHORT, device="two")


def test_a_long_console_is_bounded(path, monkeypatch):
    monkeypatch.setattr(fi_client, "CONSOLE_KEPT", 100)

    def behave(peer):
        peer.reply(peer.request()[0], {"events": ["console"]})
        for number in range(100):
            peer.event("console", device="one", text=f"line {number}\n")
            if number == 1:
                peer.reply(peer.request()[0], values())
        assert peer.request() is None

    with served(path, behave), fi_client.connect(path, timeout=5) as fi:
        assert fi.wait_console("line 1\n")
        fi.eval("x")
        assert fi.wait_console("line 99\n")
        assert len(fi.console()) == 100


def test_the_file_needs_nothing_but_itself():
    source = pathlib.Path(fi_client.__file__).read_text(encoding="utf-8")
    imported = set(re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE))
    standard = {"__future__", "base64", "binascii", "collections", "concurrent", "dataclasses", "itertools", "json",
                "logging", "os", "pathlib", "re", "shutil", "socket", "subprocess", "tempfile", "threading", "time",
                "types", "typing"}
    assert imported <= standard
