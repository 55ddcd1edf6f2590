#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the socket (TAP): test_live.py --qemu Q --plugin P --guests DIR --stdlib DIR [--env NAME=VALUE] [NAME…]"""

import argparse
import base64
import json
import os
import pathlib
import random
import re
import select
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback

import rig
from rig import Guest, Lost, wait_until

TESTS = []


def test(function):
    TESTS.append(function)
    return function


class Skip(Exception):
    pass


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def has(text, part):
    assert part in text, f"{part!r} is not in {text!r}"


# Text mode -----------------------------------------------------------------------------------------------------------------


@test
def text_results_are_literals(config):
    with Guest(config, script="answer = 42") as guest, guest.text() as text:
        has(text.greeting, "fi_lua")
        for line, wanted in [
            ("answer", "42\n"),
            ("1, nil, true", "1\nnil\ntrue\n"),
            ("1.5, 1e300, 2.0", "1.5\n1e+300\n2.0\n"),
            ("1/0, -1/0, math.mininteger", "math.huge\n-math.huge\nmath.mininteger\n"),
            ("0x40200000", "1075838976  -- 0x40200000\n"),
            ("{1, 2, x = {y = 'z'}, [10] = true}", '{1, 2, [10] = true, x = {y = "z"}}\n'),
            ("'ä\\n\\0\\xff\"'", '"ä\\n\\x00\\xff\\""\n'),
            ("answer = 7", ""),
            ("answer", "7\n"),
            ("", ""),
            ("-- a comment", ""),
        ]:
            equal(text.ask(line), wanted)
        # A literal that is read again is the same value
        equal(text.ask("#'" + "x" * 1000 + "'"), "1000\n")


@test
def text_chunks_of_several_lines(config):
    with Guest(config) as guest, guest.text() as text:
        for line in ("for i = 1, 3 do", "print(i)"):
            text.send(line + "\n")
            text.until(b"..> ")
        equal(text.ask("end"), "1\n2\n3\n")
        text.send("t = {\n")
        text.until(b"..> ")
        equal(text.ask("#cancel"), "")
        equal(text.ask("t"), "nil\n")
        # What no further line can mend is an error at once
        has(text.ask("x = 'abc"), "! repl:1: unfinished string")
        has(text.ask("x = = 1"), "! repl:1: unexpected symbol")
        text.send("s = [[one\n")
        text.until(b"..> ")
        equal(text.ask("two]]"), "")
        equal(text.ask("s"), '"one\\ntwo"\n')


@test
def text_errors_have_a_traceback(config):
    with Guest(config, script="function f() error('boom') end") as guest, guest.text() as text:
        answer = text.ask("local ok = f() ; return ok")
        has(answer, ": boom\n")
        has(answer, "! stack traceback:\n")
        has(answer, "in main chunk")
        assert all(line.startswith("! ") for line in answer.splitlines()), answer
        assert "[C]: in ?" not in answer, answer
        equal(text.ask("1"), "1\n")
        has(text.ask("cpu.nosuch"), "nosuch")
        assert "boom" not in guest.errors(), "an error of a client is the client's"


@test
def text_print_goes_to_its_client_only(config):
    with Guest(config) as guest, guest.text() as one, guest.text() as two:
        equal(one.ask("print('only', 1)"), "only\t1\n")
        equal(two.ask("2"), "2\n")
        assert "only" not in guest.errors(), guest.errors()
        one.send("on_pc('spin', {limit = 1}, function() print('from the handler') end)\n")
        # Perhaps before the reply: both come as soon as the trigger is live
        has(one.until(b"handler\n").decode(), "* on_pc spin: from the handler")
        equal(two.ask("3"), "3\n")


@test
def text_input_through_a_pipe(config):
    with Guest(config) as guest:
        with guest.text() as text:
            text.send("x = 5\nx + 1\nx +\n1\n")
            text.socket.shutdown(socket.SHUT_WR)
            answer = text.rest().decode()
            has(answer, "6\n")
            equal(answer.count("6\n"), 2)
        with guest.text() as text:
            text.send("x = 6\nx = 7")  # no newline: perhaps the half of x = 78
            text.socket.shutdown(socket.SHUT_WR)
            has(text.rest().decode(), "not executed")
        with guest.text() as text:
            equal(text.ask("x"), "6\n")


@test
def fault_document_without_a_last_newline(config):
    fault = '<Fault trigger_condition="0x1000" target="CPU_REG" target_data="1" fault_data="1"/>'
    with Guest(config) as guest:
        for document, answer in (
            (fault, "1 fault armed"),
            (f"<Faults>\n{fault}\n</Faults>", "1 fault armed"),
            (f"<Faults>\n{fault}\n</Faul", "not executed"),
            ('<Faults>\n<Fault target="X"/></Faults>', "xml:2: attribute target"),
        ):
            with guest.text() as text:
                text.send(document)
                text.socket.shutdown(socket.SHUT_WR)
                has(text.rest().decode(), answer)
        with guest.text() as text:
            equal(text.ask("#fi.triggers()"), "2\n")


@test
def text_commands(config):
    with Guest(config, kernel="live", smp=3) as guest, guest.text() as text:
        wait_until(lambda: "live\n" in guest.output(), "the guest")
        has(text.ask("#help"), "#events")
        equal(text.ask("#'four'"), "4\n")  # Lua has a # of its own
        equal(text.ask("cpu.index"), "0\n")
        equal(text.ask("#vcpu 1"), "")
        equal(text.ask("cpu.index"), "1\n")
        has(text.ask("#vcpu 7"), "! #vcpu takes a number from 0 to 2, or none")
        equal(text.ask("#vcpu 0 x"), "! #vcpu: 'x' is one word too many\n")
        equal(text.ask("cpu.index"), "1\n")
        equal(text.ask("#quit now"), "! #quit: 'now' is one word too many\n")
        equal(text.ask("#vcpu none"), "")
        has(text.ask("cpu.x0"), "no vCPU")
        equal(text.ask("fi.vcpus"), "3\n")
        has(text.ask("#events nosuch"), "! #events: nosuch is none of")
        text.send("#quit\n")
        text.rest()


@test
def a_running_chunk_can_be_interrupted(config):
    with Guest(config) as guest, guest.text() as text, guest.text() as other:
        text.send("i = 0 while true do i = i + 1 end\n")
        time.sleep(0.2)
        text.send("#interrupt\n")
        has(text.until(b"fi> ").decode(), "interrupted")
        # pcall does not swallow it, and it is this client's alone
        text.send("while true do pcall(function() while true do i = i + 1 end end) end\n")
        time.sleep(0.2)
        other.send("#interrupt\n")
        text.send("#interrupt\n")
        has(text.until(b"fi> ").decode(), "interrupted")
        equal(other.ask("i > 0"), "true\n")


@test
def a_runaway_chunk_ends_by_itself(config):
    with Guest(config, plugin=["budget=100000"]) as guest, guest.text() as text:
        has(text.ask("while true do end"), "ran more than 10000000 Lua instructions")
        equal(text.ask("1"), "1\n")


# The socket file -----------------------------------------------------------------------------------------------------------


def start_and_fail(config, path):
    with Guest(config, connect=False) as guest:
        guest.process.kill()
        guest.process.wait()
        command = [argument.replace(f"socket={guest.path}", f"socket={path}") for argument in guest.process.args]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=rig.PATIENCE,
                                check=False, env=dict(os.environ, **dict(pair.split("=", 1) for pair in config.env)))
        assert result.returncode != 0, "it started"
        return result.stderr


@test
def socket_is_private_and_goes_away(config):
    with Guest(config) as guest:
        equal(stat.S_IMODE(guest.path.stat().st_mode), 0o600)
        guest.qmp.command("quit")
        guest.wait()
        assert not guest.path.exists(), "it is still there"


@test
def socket_that_is_stale_is_replaced(config):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "fi.sock"
        with socket.socket(socket.AF_UNIX) as old:
            old.bind(str(path))
        with Guest(config, connect=False) as probe:
            probe.process.kill()
            probe.process.wait()
            command = [argument.replace(f"socket={probe.path}", f"socket={path}") for argument in probe.process.args]
            environment = dict(os.environ, **dict(pair.split("=", 1) for pair in config.env))
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
                def connects():
                    try:
                        rig.Text(path).close()
                    except (ConnectionError, FileNotFoundError):
                        return False
                    return True

                wait_until(connects, "the replaced socket")
                process.kill()


@test
def socket_that_is_in_use_is_refused(config):
    with Guest(config) as guest:
        errors = start_and_fail(config, guest.path)
        has(errors, f"socket={guest.path}")
        has(errors, "listens there")
        with guest.text() as text:
            equal(text.ask("1"), "1\n")


@test
def socket_path_that_is_a_file_is_refused(config):
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"precious")
        file.flush()
        has(start_and_fail(config, file.name), "is no socket")
        equal(pathlib.Path(file.name).read_bytes(), b"precious")


@test
def socket_path_that_is_too_long_is_refused(config):
    has(start_and_fail(config, "/tmp/" + "x" * 120), "a socket's path may have 107")
    has(start_and_fail(config, "/nonexistent/fi.sock"), "socket=/nonexistent/fi.sock")


@test
def other_users_are_refused(config):
    if os.getuid() != 0:
        raise Skip("only root can become another user")
    with Guest(config) as guest:
        os.chmod(guest.directory, 0o755)
        probe = ("import os,socket,sys; os.setgid(65534); os.setuid(65534); s=socket.socket(socket.AF_UNIX)\n"
                 "try: s.connect(sys.argv[1])\nexcept PermissionError: sys.exit('denied')\n"
                 "print(s.recv(1000).decode())")
        command = [sys.executable, "-c", probe, str(guest.path)]
        has(subprocess.run(command, capture_output=True, text=True, check=False).stderr, "denied")
        os.chmod(guest.path, 0o666)
        has(subprocess.run(command, capture_output=True, text=True, check=False).stdout, "refused")
        with guest.text() as text:
            equal(text.ask("1"), "1\n")


# Frames --------------------------------------------------------------------------------------------------------------------


@test
def frames_hello_and_values(config):
    with Guest(config) as guest, guest.framed() as client:
        status, hello = client.ask("hello")
        equal((status, hello["protocol"], hello["target"], hello["vcpus"]), ("ok", 1, "aarch64", 1))
        equal(hello["pid"], guest.process.pid)
        code = "nil, true, 1, 1.5, 'ä\\0', '\\xff', {1, 2}, {a = {b = {}}}, 0/0, print, 2^53 // 1 | 0, math.maxinteger"
        status, answer = client.ask("eval", code=code)
        equal(status, "ok")
        values = answer["values"]
        equal(values[:4], [None, True, 1, 1.5])
        equal(values[4], "ä\0")
        equal(base64.b64decode(values[5]["base64"]), b"\xff")
        equal(values[6:8], [[1, 2], {"a": {"b": []}}])
        assert isinstance(values[8], str) and values[9].startswith("function"), values
        equal(values[10:], [2**53, 2**63 - 1])
        equal(len(answer["text"]), len(values))
        equal(answer["text"][5], '"\\xff"')
        loop = client.eval("(function() local t = {} t.t = t return t end)()")
        has(loop["t"], "table: ")
        equal(client.eval("x = 1"), None)


@test
def frames_errors(config):
    with Guest(config) as guest, guest.framed() as client:
        error = client.error("eval", code="x = = 1", name="mine")
        equal(error["kind"], "syntax")
        has(error["error"], "mine:1:")
        error = client.error("eval", code="local function g() error('boom') end\ng()")
        equal(error["kind"], "error")
        has(error["error"], "chunk:1: boom")
        has(error["traceback"], "chunk:2: in main chunk")
        error = client.error("eval", code="error({})")
        has(error["error"], "table")
        for members, part in [
            ({"op": "nosuch"}, 'unknown op "nosuch" (known: hello, eval'),
            ({}, 'no string "op"'),
            ({"op": "eval"}, 'needs a member "code"'),
            ({"op": "eval", "code": 1}, '"code" is a string'),
            ({"op": "eval", "code": "1", "extra": 1}, 'no member "extra"'),
            ({"op": "eval", "code": "1", "vcpu": -1}, '"vcpu" is a number'),
            ({"op": "eval", "code": "1", "vcpu": 9}, "no vCPU 9: there are 1"),
            ({"op": "subscribe", "events": ["nosuch"]}, "none of hits, journal, console"),
            ({"op": "subscribe", "events": "hits"}, '"events" is a list'),
            ([1], "not a JSON object"),
        ]:
            client.send_frame("e", members)
            status, error = client.reply("e")
            equal((status, error["kind"]), ("err", "request"))
            has(error["error"], part)
        for payload, part in [(b"{", "not JSON"), (b"\xff", "not UTF-8"), (b"[" * 100000, "nested"), (b"", "not")]:
            client.send_frame("e", payload)
            status, error = client.reply("e")
            equal(status, "err")
            has(error["error"], part)
        equal(client.eval("1"), 1)


@test
def frames_that_cannot_be_read_end_the_connection(config):
    with Guest(config) as guest:
        for junk in (b"x\n", b"1 2 3\n", b"0 5\nhello", b"1 99999999\n", b"1 -5\n", os.urandom(100000), b"a" * 100000):
            with guest.framed() as client:
                client.send_frame("a", {"op": "eval", "code": "1"})
                equal(client.reply("a")[0], "ok")
                try:
                    client.send(junk)
                    status, error = client.reply("0")
                    equal((status, error["kind"]), ("err", "request"))
                    equal(client.rest(), b"")
                except ConnectionError:
                    pass  # closed while we still wrote
        with guest.framed() as client:
            equal(client.eval("1"), 1)


@test
def frames_in_flight(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client:
        ids = [client.submit("eval", code=f"order = (order or '') .. {i} return {i}", vcpu=0) for i in range(200)]
        equal([client.reply(ident)[1]["values"] for ident in ids], [[i] for i in range(200)])
        equal(client.eval("order"), "".join(str(i) for i in range(200)))
        # One that is still running
        slow = client.submit("eval", code="while true do end")
        client.send_frame(slow, {"op": "hello"})
        status, error = client.reply(slow)
        equal((status, error["kind"]), ("err", "request"))
        has(error["error"], "not done yet")
        queued = client.submit("eval", code="never = true")
        equal(client.ask("interrupt", request=queued), ("ok", {"interrupted": True}))
        equal(client.reply(queued)[1]["kind"], "interrupted")
        time.sleep(0.2)
        equal(client.ask("interrupt", request=slow), ("ok", {"interrupted": True}))
        equal(client.reply(slow)[1]["kind"], "interrupted")
        equal(client.ask("interrupt", request="nosuch"), ("ok", {"interrupted": False}))
        equal(client.eval("never"), None)


@test
def frames_in_pieces(config):
    with Guest(config) as guest, guest.framed() as client:
        payload = b'{"op": "eval", "code": "\'\xc3\xa4\' .. 1"}'
        frame = b"p %d\n%b" % (len(payload), payload)
        for byte in frame:
            client.send(bytes([byte]))
        equal(client.reply("p")[1]["values"], ["ä1"])
        client.send(b"".join(f"q{i} 28\n".encode() + b'{"op": "eval", "code": "42"}' for i in range(50)))
        equal({client.reply(f"q{i}")[1]["values"][0] for i in range(50)}, {42})


@test
def events_of_triggers_journal_and_console(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client, guest.framed() as other:
        wait_until(lambda: "live\n" in guest.output(), "the guest")
        equal(client.ask("subscribe", events=["hits", "journal"])[1]["events"], ["hits", "journal"])
        equal(client.ask("subscribe", events=["console"])[1]["events"], ["hits", "journal", "console"])
        equal(other.ask("subscribe", events=["hits"])[1]["events"], ["hits"])
        equal(other.ask("unsubscribe", events=["hits", "journal"])[1]["events"], [])
        client.eval("on_pc('load_cell', {limit = 1, name = 'flip'}, function(ev) print('hit', ev.hits) "
                    "mem.u64.cell = 0x2222 end)")
        client.eval("mem.u32.command = 1")
        console = client.wait_event("console")
        while "\n" not in console["text"]:
            console["text"] += client.wait_event("console")["text"]
        equal((console["type"], console["text"]), ("pl011", "cell 0x2222\n"))
        has(console["device"], "/machine/")
        hit = client.wait_event("hit")
        equal((hit["trigger"], hit["kind"], hit["vcpu"], hit["hits"]), ("flip", "pc", 0, 1))
        equal(client.wait_event("print", trigger="flip")["text"], "hit\t1")
        lines = []
        while not any(line["kind"] == "trigger" for line in lines):
            lines.append(client.wait_event("journal")["line"])
        faults = [line for line in lines if line["kind"] == "fault"]
        assert any(fault["new"] == "0x2222" and fault["trigger"] == "flip" for fault in faults), faults
        equal([event["event"] for event in other.events], [])
        equal(guest.output(), "live\ncell 0x2222\n")
        client.eval("print('of a chunk')")
        equal(client.wait_event("print", text="of a chunk")["request"], str(client.count))


@test
def the_console_is_listened_to_again_when_a_chunk_has_removed_all_triggers(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client:
        wait_until(lambda: "live\n" in guest.output(), "the guest")
        for end in ("remove", "disable"):
            client.ask("subscribe", events=["console"])
            client.eval(f"for _, t in ipairs(fi.triggers()) do t:{end}() end")
        client.ask("subscribe", events=["console"])
        client.eval("mem.u32.command = 1")
        has(client.wait_event("console")["text"], "c")


@test
def text_events(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.text() as text:
        wait_until(lambda: "live\n" in guest.output(), "the guest")
        equal(text.ask("#events console"), "")
        text.send("mem.u32.command = 1\n")
        has(text.until(b"* console cell 0x1111\n").decode(), "fi> ")
        equal(text.until(b"fi> "), b"fi> ")
        equal(text.ask("1"), "1\n")


@test
def the_end_of_qemu_is_told(config):
    with Guest(config) as guest, guest.framed() as client, guest.text() as text:
        last = client.submit("eval", code="fi.exit(7, 'enough')")
        equal(client.reply(last)[0], "ok")
        end = client.wait_event("end")
        equal((end["reason"], end["code"]), ("fi.exit", 7))
        has(text.rest().decode(), "* QEMU ends: fi.exit, status 7\n")
        equal(guest.wait(), 7)
    with Guest(config, kernel="live", smp=3) as guest, guest.framed() as client:
        pending = client.submit("eval", code="1", vcpu=2)  # which is off
        client.submit("eval", code="mem.u32.command = 4")
        equal(client.reply(pending)[1]["kind"], "ended")
        equal(client.wait_event("end")["reason"], "guest")
        equal(guest.wait(), 0)


# What is asked for beside chunks ---------------------------------------------------------------------------------------------


@test
def a_scenario_is_reloaded(config):
    old = "print('old')\non_pc('load_cell', {name = 'old'}, function() mem.u64.cell = 0x1 end)\nmark = 'old'\n"
    with Guest(config, kernel="live", smp=2, script=old) as guest, guest.framed() as client, guest.text() as text:
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x1\n" in guest.output(), "the guest")
        client.eval("mine = on_pc('step', {name = 'mine', limit = 1}, function() end)")
        guest.script.write_text("on_pc('load_cell', function() mem.u64.cell = 0x2 end)\nerror('not this one')\n")
        error = client.error("reload")
        has(error["error"], "scenario.lua:2: not this one")
        client.eval("mem.u32.command = 1")
        wait_until(lambda: guest.output().count("cell 0x1\n") == 2, "the guest")
        guest.script.write_text("print('loading')\non_pc('load_cell', {name = 'new'}, function() mem.u64.cell = 0x3 end)\n")
        equal(client.ask("reload"), ("ok", {"triggers": 1}))
        equal(client.wait_event("print", text="loading")["request"], str(client.count))
        equal(client.eval("mark"), None)
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x3\n" in guest.output(), "the guest")
        # In text mode
        has(text.ask("fi.reload()"), "loading\n1\n")
        guest.script.write_text("x = = 1")
        has(text.ask("fi.reload()"), "scenario.lua:1: unexpected symbol")


@test
def status_and_triggers(config):
    script = "on_pc('load_cell', {name = 'bad'}, function() error('oops') end)\n"
    with Guest(config, kernel="live", smp=2, script=script) as guest, guest.framed() as client, guest.text() as text:
        client.eval("hot = on_pc('step', {name = 'hot'}, function() local x = 0 for i = 1, 100 do x = x + i end end)")
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x1111\n" in guest.output(), "the guest")
        wait_until(lambda: client.eval("hot.fired") > 100, "the guest")
        client.eval("hot:disable()")
        rows = {row["name"]: row for row in client.ask("triggers")[1]["triggers"]}
        equal((rows["bad"]["errors"], rows["bad"]["owner"], rows["bad"]["fired"]), (1, "scenario", 1))
        equal((rows["hot"]["state"], rows["hot"]["kind"], rows["hot"]["owner"]), ("disabled", "pc", "session 1"))
        assert rows["hot"]["time_ns"] > 0, rows
        status = client.ask("status")[1]
        equal((status["target"], status["tier"], status["script"]), ("aarch64", "patched", str(guest.script)))
        assert status["errors"] == 1 and status["memory"] > 0, status
        table = text.ask("fi.triggers()")
        for word in ("bad", "hot", "disabled", "session 1", "scenario"):
            has(table, word)
        has(text.ask("fi.status()"), "aarch64")


@test
def completion_and_help(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client, guest.text() as text:
        client.eval("my_table = {first = 1, second = 2}")

        def matches(typed):
            status, answer = client.ask("complete", text=typed)
            equal(status, "ok")
            return {typed[:answer["start"]] + match for match in answer["matches"]}

        has(matches("on_p"), "on_pc")
        equal(matches("my_table.f"), {"my_table.first"})
        has(matches("cpu.sctlr_e"), "cpu.SCTLR_EL1")
        assert any(match.startswith("on_pc('load_cell") or match.startswith('on_pc("load_cell') for match in
                   matches('on_pc("load_c')), matches('on_pc("load_c')
        assert any("pl011" in match for match in matches('on_mmio_read("pl0')), matches('on_mmio_read("pl0')
        has(client.ask("help", name="on_pc")[1]["text"], "on_pc(where")
        has(text.ask("?on_pc"), "on_pc(where")
        answer = text.ask("?on_pcc")
        has(answer, "on_pc")
        assert "traceback" not in answer, answer


@test
def fault_documents(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client, guest.text() as text:
        where, cell = client.eval("fi.symbol('load_cell')"), client.eval("fi.symbol('cell')")
        fault = f'<Fault target="RAM" trigger_condition="{where:#x}" target_data="{cell:#x}" fault_data="0x7777"/>'
        status, answer = client.ask("xml", document=f"<Faults>{fault}</Faults>")
        equal((status, answer["faults"], len(answer["triggers"])), ("ok", 1, 1))
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x7777\n" in guest.output(), "the guest")
        error = client.error("xml", document=f"<Faults>\n{fault}\n<Fault target='NOSUCH'/></Faults>")
        equal((error["kind"], error["line"], error["attribute"]), ("xml", 3, "target"))
        has(error["error"], "NOSUCH")
        equal(client.error("xml", document="<a>")["kind"], "xml")
        equal(len(client.ask("triggers")[1]["triggers"]), 1)
        equal(text.ask(fault.replace("0x7777", "0x8888")), "1 fault armed\n")
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x8888\n" in guest.output(), "the guest")


@test
def a_socket_is_enough(config):
    with Guest(config, kernel="live", smp=2, script=None) as guest, guest.framed() as client:
        equal(client.ask("hello")[1]["script"], None)
        client.eval("on_pc('load_cell', function() mem.u64.cell = 0x9999 end) mem.u32.command = 1")
        wait_until(lambda: "cell 0x9999\n" in guest.output(), "the guest")
        has(client.error("reload")["error"], "script")


# Bad clients ---------------------------------------------------------------------------------------------------------------


@test
def junk_is_survived(config):
    generator = random.Random(4)
    junk = bytes(generator.randrange(256) for _ in range(10 << 20))
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client:
        for data in (junk, b"x" * (10 << 20), b"(" * 100 + b"\n" * 100000, b"{\n" * 100000, b"<a>\n" * 10000,
                     b"\xc3", b"\0" * 1000 + b"\n", b"#framed 1\n" + junk[:1 << 20], b"#framed 1\n1 16777216\n" + junk):
            with guest.text() as text:
                reader = threading.Thread(target=text.rest)
                reader.start()
                try:
                    text.send(data)
                    text.socket.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                reader.join(rig.PATIENCE)
                assert not reader.is_alive(), "the plugin did not close the connection"
        equal(client.eval("1"), 1)
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x1111\n" in guest.output(), "the guest")


@test
def clients_that_vanish_are_survived(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client:
        frame = b'1 28\n{"op": "eval", "code": "42"}'
        for i in range(len(frame) + 1):
            with guest.framed() as gone:
                gone.send(frame[:i])
        for line in (b"x = ", b"for i = 1, 10 do\n", b"while true do end\n", b"'\xc3", b"print(('x'):rep(1 << 20))\n" * 20):
            with guest.text() as gone:
                gone.send(line)
        equal(client.ask("eval", code="1")[1]["values"], [1])


@test
def a_client_that_does_not_read_stalls_nobody(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client, guest.framed() as slow:
        slow.ask("subscribe", events=["hits"])
        client.eval("n = 0; hot = on_pc('step', function() n = n + 1 end)")
        wait_until(lambda: client.eval("n") > 100000, "the guest")
        client.eval("hot:remove()")
        status, _ = client.ask("eval", code="mem.u32.command = 1")
        equal(status, "ok")
        wait_until(lambda: "cell 0x1111\n" in guest.output(), "the guest")
        lost = slow.wait_event("lost")
        assert lost["count"] > 0, lost
        equal(slow.eval("1"), 1)


@test
def what_a_chunk_prints_is_not_lost_among_events(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client, guest.framed() as slow:
        slow.ask("subscribe", events=["hits"])
        client.eval("n = 0; hot = on_pc('step', function() n = n + 1 end)")
        wait_until(lambda: client.eval("n") > 100000, "the guest")
        client.eval("hot:remove()")
        ident = slow.submit("eval", code="print('of a chunk') done = 1")
        wait_until(lambda: client.eval("done") == 1, "the chunk")
        equal(slow.reply(ident)[0], "ok")
        equal([event["text"] for event in slow.events if event["event"] == "print"], ["of a chunk"])
        assert slow.wait_event("lost")["count"] > 0
        # A chunk that prints without end does not fill the memory either
        slow.events.clear()
        ident = slow.submit("eval", code="for i = 1, 400 do print(('x'):rep(1 << 16)) end done = 2")
        wait_until(lambda: client.eval("done") == 2, "the chunk")
        equal(slow.reply(ident)[0], "ok")
        printed = sum(event["event"] == "print" for event in slow.events)
        assert 200 < printed < 400, printed
        equal(slow.wait_event("lost")["count"], 400 - printed)


@test
def a_client_that_never_reads_is_dropped(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client, guest.framed() as deaf:
        for _ in range(16):
            deaf.submit("eval", code="('x'):rep(6 << 20)")  # in two forms, 12 MiB each
        wait_until(lambda: client.eval("1", vcpu="none") == 1 and hangs_up(deaf), "the end of the connection")
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x1111\n" in guest.output(), "the guest")


def hangs_up(stream):
    poll = select.poll()
    poll.register(stream.socket, select.POLLHUP)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


# Where chunks run ----------------------------------------------------------------------------------------------------------


@test
def chunks_without_a_pause_leave_qemu_to_others(config):
    code = "for i = 1, 3e6 do end"
    with Guest(config) as guest, guest.framed() as client:
        done = threading.Event()

        def keep_busy():
            waiting = [client.submit("eval", code=code) for _ in range(8)]
            while not done.is_set():
                equal(client.reply(waiting.pop(0))[0], "ok")
                waiting.append(client.submit("eval", code=code))

        thread = threading.Thread(target=keep_busy)
        thread.start()
        try:
            for _ in range(5):
                guest.qmp.command("query-status")
        finally:
            done.set()
            thread.join()


@test
def a_reply_means_that_triggers_are_live(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client:
        for _ in range(20):
            client.eval("n = 0; t = on_pc('step', function() n = n + 1 end)")
            first = client.eval("{n, mem.u64.steps}")
            second = first
            while second[1] < first[1] + 10:
                second = client.eval("{n, mem.u64.steps}")
            hits, steps = second[0] - first[0], second[1] - first[1]
            # The count is made before the store that is watched
            assert abs(hits - steps) <= 1 and hits > 0, (first, second)
            client.eval("t:remove()")
        equal(client.eval("on_mmio_read(0x09010fe0, function() return 0x99 end) mem.u32.command = 2"), None)
        wait_until(lambda: "rtc 0x99\n" in guest.output(), "the guest")


@test
def chunks_run_on_the_vcpu_that_they_name(config):
    with Guest(config, kernel="live", smp=3) as guest, guest.framed() as client:
        wait_until(lambda: "live\n" in guest.output(), "the guest")
        equal(client.eval("cpu.index"), 0)
        equal(client.eval("cpu.index", vcpu=1), 1)  # sleeps in WFI
        equal(client.eval("pcall(function() return cpu.x0 end)", vcpu="none"), False)
        off = client.submit("eval", code="early = cpu.index return cpu.pc", vcpu=2)
        while off not in client.waits:
            client.next_frame()
        has(client.waits[off][0]["why"], "switched off")
        client.eval("mem.u32.command = 3")
        status, answer = client.reply(off)
        equal(status, "ok")
        wait_until(lambda: "core 2 started\n" in guest.output(), "the guest")
        equal(client.eval("early"), 2)
        equal(client.eval("cpu.index", vcpu=2), 2)


@test
def across_stop_and_cont(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client:
        wait_until(lambda: "live\n" in guest.output(), "the guest")  # core 1 is off before
        client.eval("n = 0; on_pc('step', function() n = n + 1 end)")
        guest.qmp.command("stop")
        first = client.eval("{n, mem.u64.steps}")
        equal(client.eval("{n, mem.u64.steps}"), first)
        equal(client.eval("cpu.index", vcpu=1), 1)
        # Armed while it stands still
        client.eval("on_pc('load_cell', {limit = 1}, function() mem.u64.cell = 0x3333 end) mem.u32.command = 1")
        guest.qmp.command("cont")
        wait_until(lambda: "cell 0x3333\n" in guest.output(), "the guest")
        now = client.eval("{n, mem.u64.steps}")
        assert now[0] > first[0] and abs((now[0] - first[0]) - (now[1] - first[1])) <= 1, (first, now)


@test
def before_the_machine_runs(config):
    with Guest(config, kernel="live", smp=2, qemu=["-S"]) as guest, guest.framed() as client:
        equal(client.eval("cpu.index"), 0)
        client.eval("on_pc('load_cell', {limit = 1}, function() mem.u64.cell = 0x4444 end)")
        guest.qmp.command("cont")
        wait_until(lambda: "live\n" in guest.output(), "the guest")
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x4444\n" in guest.output(), "the guest")


@test
def across_system_reset(config):
    with Guest(config, kernel="live", smp=2) as guest, guest.framed() as client:
        client.eval("on_pc('load_cell', function() mem.u64.cell = mem.u64.cell + 1 end)")
        wait_until(lambda: guest.output().count("live\n") == 1, "the guest")
        for i in range(2, 12):
            request = client.submit("eval", code="1")
            guest.qmp.command("system_reset")
            equal(client.reply(request)[1]["values"], [1])
            wait_until(lambda count=i: guest.output().count("live\n") == count, "the guest after its reset")
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x1112\n" in guest.output(), "the guest")


@test
def across_savevm_and_loadvm(config):
    with tempfile.TemporaryDirectory() as directory:
        disk = pathlib.Path(directory) / "disk.qcow2"
        make_qcow2(disk)
        with Guest(config, kernel="live", smp=2, qemu=["-drive", f"if=none,id=d,file={disk},format=qcow2"]) as guest, \
                guest.framed() as client:
            wait_until(lambda: "live\n" in guest.output(), "the guest")
            client.eval("on_pc('load_cell', function() mem.u64.cell = mem.u64.cell + 1 end)")
            equal(guest.qmp.human("savevm a"), "")
            client.eval("mem.u32.command = 1")
            wait_until(lambda: "cell 0x1112\n" in guest.output(), "the guest")
            before = client.submit("eval", code="fi.now_ns()")
            equal(guest.qmp.human("loadvm a"), "")
            equal(client.reply(before)[0], "ok")
            equal(client.eval("mem.u64.cell"), 0x1111)
            client.eval("mem.u32.command = 1")
            wait_until(lambda: guest.output().count("cell 0x1112\n") == 2, "the guest")


def make_qcow2(path):
    """An empty image of 1 MiB: header, refcount table, one refcount block, L1 table."""
    cluster = 65536
    header = b"QFI\xfb" + (2).to_bytes(4, "big") + bytes(12) + (16).to_bytes(4, "big") + (1 << 20).to_bytes(8, "big")
    header += bytes(4) + (1).to_bytes(4, "big") + (3 * cluster).to_bytes(8, "big") + cluster.to_bytes(8, "big")
    header += (1).to_bytes(4, "big") + bytes(12)
    image = bytearray(4 * cluster)
    image[:len(header)] = header
    image[cluster:cluster + 8] = (2 * cluster).to_bytes(8, "big")
    for i in range(4):
        image[2 * cluster + 2 * i:2 * cluster + 2 * i + 2] = (1).to_bytes(2, "big")
    path.write_bytes(image)


class Gdb:
    """As much of the remote protocol as this needs."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(rig.PATIENCE)
        self.socket.connect(str(path))

    def send(self, packet):
        self.socket.sendall(b"$" + packet + b"#%02x" % (sum(packet) & 0xff))

    def receive(self):
        data = b""
        while not re.search(rb"\$[^#]*#..", data):
            data += self.socket.recv(4096)
        self.socket.sendall(b"+")
        return re.search(rb"\$([^#]*)#..", data)[1]

    def ask(self, packet):
        self.send(packet)
        return self.receive()


@test
def beside_a_debugger(config):
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/gdb.sock"
        with Guest(config, kernel="live", smp=2, qemu=["-chardev", f"socket,path={path},server=on,wait=off,id=gdb",
                                                       "-gdb", "chardev:gdb"]) as guest, guest.framed() as client:
            client.eval("on_pc('load_cell', function() mem.u64.cell = 0x5555 end)")
            step = client.eval("fi.symbol('step')")
            gdb = Gdb(path)
            gdb.ask(b"?")  # stops it
            equal(client.eval("cpu.index"), 0)
            equal(gdb.ask(b"Z0,%x,4" % step), b"OK")
            for _ in range(5):
                gdb.send(b"vCont;c")
                has(gdb.receive(), b"05")
                equal(client.eval("cpu.pc"), step)
                equal(client.eval("mem.u32.command = 1"), None)
                gdb.send(b"vCont;s:p1.1")
                has(gdb.receive(), b"05")
            equal(gdb.ask(b"z0,%x,4" % step), b"OK")
            gdb.send(b"D")
            wait_until(lambda: "cell 0x5555\n" in guest.output(), "the guest")
            equal(client.eval("1"), 1)


@test
def on_an_unpatched_qemu(config):
    with Guest(config, kernel="live", smp=2, plugin=["stock=on"]) as guest, guest.framed() as client:
        wait_until(lambda: "live\n" in guest.output(), "the guest")
        equal(client.ask("hello")[1]["tier"], "stock")
        equal(client.eval("cpu.index"), 0)
        client.eval("n = 0; on_pc('step', function() n = n + 1 end)")
        first = client.eval("{n, mem.u64.steps}")
        second = client.eval("{n, mem.u64.steps}")
        assert abs((second[0] - first[0]) - (second[1] - first[1])) <= 1, (first, second)
        # Core 1 sleeps for ever: the client is told, and the others are served
        # (a retranslation wakes it for a moment, in which it is reached)
        asleep = client.submit("eval", code="1", vcpu=1)
        while asleep not in client.waits:
            client.next_frame()
            if asleep in client.replies:
                asleep = client.submit("eval", code="1", vcpu=1)
        has(client.waits[asleep][0]["why"], "does not execute")
        equal(client.eval("mem.u32.command = 1"), None)
        wait_until(lambda: "cell 0x1111\n" in guest.output(), "the guest")
        guest.qmp.command("stop")
        stopped = client.submit("eval", code="mem.u64.cell = 0x6666")
        while stopped not in client.waits and stopped not in client.replies:
            client.next_frame()
        equal(client.ask("eval", code="fi.vcpus", vcpu="none")[1]["values"], [2])
        guest.qmp.command("cont")
        equal(client.reply(stopped)[0], "ok")
        client.eval("mem.u32.command = 1")
        wait_until(lambda: "cell 0x6666\n" in guest.output(), "the guest")
        client.eval("fi.exit(3)")
        equal(client.wait_event("end")["code"], 3)
        equal(guest.wait(), 3)


# -------------------------------------------------------------------------------------------------------------------------


def run(function, config):
    try:
        function(config)
    except Skip as why:
        return f"ok %d - {function.__name__} # SKIP {why}"
    except Exception:  # pylint: disable=broad-except
        for line in traceback.format_exc().splitlines():
            print("#", line)
        return f"not ok %d - {function.__name__}"
    return f"ok %d - {function.__name__}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("qemu", "plugin", "guests", "stdlib"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("names", nargs="*")
    config = parser.parse_args()
    chosen = [f for f in TESTS if not config.names or f.__name__ in config.names]
    print(f"1..{len(chosen)}", flush=True)
    failed = False
    for number, function in enumerate(chosen, 1):
        line = run(function, config) % number
        failed = failed or line.startswith("not")
        print(line, flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
