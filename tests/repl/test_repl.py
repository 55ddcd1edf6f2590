#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of fi-repl against a server that is none of QEMU's (TAP): test_repl.py FI_REPL"""

import contextlib
import os
import pathlib
import pty
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import termios
import time
import traceback

import fake

REPL = os.path.abspath(sys.argv[1])
SECONDS = 20
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def expect(condition, *what):
    if not condition:
        raise AssertionError("\n".join(str(w) for w in what))


def environment(directory, **more):
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FI_SOCKET")}
    return {**env, "HOME": directory, "XDG_STATE_HOME": directory + "/state", "LC_ALL": "C.UTF-8", "TERM": "xterm", **more}


def repl(directory, *args, text="", **more):
    return subprocess.run([REPL, *args], input=text, env=environment(directory, **more), cwd=directory, text=True,
                          capture_output=True, timeout=SECONDS, check=False)


class Terminal:
    """fi-repl in a terminal of its own."""

    def __init__(self, directory, *args, **more):
        self.output = ""
        self.seen = 0
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(directory)
                os.execve(REPL, [REPL, *args], environment(directory, **more))
            finally:
                os._exit(127)  # never a second copy of the tests

    def __enter__(self):
        return self

    def __exit__(self, *_args):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def type(self, text):
        os.write(self.fd, text.encode())

    def _read(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.fd], [], [], left)[0]:
            raise AssertionError(f"waited in vain; the terminal has {self.output[self.seen:]!r}\nbefore: {self.output[:self.seen]!r}")
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.output += data.decode(errors="replace")
        return bool(data)

    def wait(self, pattern):
        """Until the pattern comes, behind what has been waited for; returns what came."""
        deadline = time.monotonic() + SECONDS
        while not (m := re.search(pattern, self.output[self.seen:], re.S)):
            if not self._read(deadline):
                raise AssertionError(f"ended without {pattern!r}: {self.output[self.seen:]!r}")
        came = self.output[self.seen:self.seen + m.end()]
        self.seen += m.end()
        return came

    def prompt(self, text="fi> "):
        return self.wait(re.escape(text) + r"\S*$")

    def line(self, text, answer):
        self.type(text + "\r")
        return self.wait(answer)

    def status(self):
        """Of the process, which is ending."""
        deadline = time.monotonic() + SECONDS
        while self._read(deadline):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@contextlib.contextmanager
def session(directory, *args, **more):
    with fake.Server(directory) as server, Terminal(directory, *args, **more) as term:
        term.prompt()
        yield server, term


# Finding the server

@test
def no_socket(d):
    r = repl(d)
    expect(r.returncode == 1 and "fi.sock: there is no such socket" in r.stderr and "./fi run --socket" in r.stderr, r)


@test
def stale_socket(d):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(d + "/fi.sock")
    r = repl(d)
    expect(r.returncode == 1 and "nobody listens there" in r.stderr, r)


@test
def no_socket_but_a_file(d):
    pathlib.Path(d, "fi.sock").write_text("x")
    r = repl(d)
    expect(r.returncode == 1 and "this is no socket" in r.stderr, r)


@test
def path_too_long(d):
    r = repl(d, "x" * 108)
    expect(r.returncode == 1 and "at most 107 bytes" in r.stderr, r)


@test
def permission(d):
    if os.geteuid() != 0:
        return "not root, who alone can be another user"
    with fake.Server(d) as server:
        os.chmod(server.path, 0o600)
        os.chmod(d, 0o755)
        r = subprocess.run([REPL, "-e", "1"], cwd=d, env=environment(d), text=True, capture_output=True, timeout=SECONDS,
                           check=False, user=65534)
    expect(r.returncode == 1 and "permission denied" in r.stderr and "belongs to root" in r.stderr, r)
    return None


@test
def another_server(d):
    with fake.Server(d, greeting=b"220 smtp\r\n" * 10000, framed=False):
        r = repl(d)
    expect(r.returncode == 1 and "does not answer as fi_lua does" in r.stderr, r)


@test
def closed_at_once(d):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(d + "/fi.sock")
        s.listen()
        process = subprocess.Popen([REPL], cwd=d, env=environment(d), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        s.accept()[0].close()
        err = process.communicate(timeout=SECONDS)[1]
    expect(process.returncode == 1 and "closed at once" in err, err)


@test
def socket_from_environment(d):
    os.mkdir(d + "/other")
    with fake.Server(d + "/other") as server:
        r = repl(d, "-e", "1", FI_SOCKET=server.path)
        expect(r.returncode == 0 and r.stdout == '"1"\n', r)


@test
def usage(d):
    for args, words in (["--no"], "--no"), (["a", "b"], "one socket only"), (["--vcpu", "x"], "'x'"), (["--timeout", "-1"], "-1"):
        r = repl(d, *args)
        expect(r.returncode == 2 and words in r.stderr, r)


# Not on a terminal

@test
def chunks_from_stdin(d):
    with fake.Server(d) as server:
        r = repl(d, text="one\nfunction f()\n  x()\nend\n\n<A>\n<Fault/>\n</A>\ntwo + [[\nü]]\n-- three")
        expect(r.returncode == 0 and r.stderr == "", r)
        expect([e["code"] for e in server.asked("eval")] == ["one\n", "function f()\n  x()\nend\n", "two + [[\nü]]\n", "-- three"],
               server.requests)
        expect(server.asked("xml")[0]["document"] == "<A>\n<Fault/>\n</A>\n", server.requests)
        expect(r.stdout == '"one"\n"function f()\\n  x()\\nend"\n1 faults: on_pc 0x10\n"two + [[\\nü]]"\n"-- three"\n', r)


@test
def incomplete_chunk_at_the_end(d):
    with fake.Server(d) as server:
        r = repl(d, text="f(")
        expect(r.returncode == 0 and server.asked("eval")[0]["code"] == "f(", r, server.requests)


@test
def what_is_wrong_for_good_is_sent(d):
    with fake.Server(d) as server:
        repl(d, text="x = = 1\ny = 'open\n<A></B>\nz\n")
        expect([e["code"] for e in server.asked("eval")] == ["x = = 1\n", "y = 'open\n", "z\n"], server.requests)
        expect(len(server.asked("xml")) == 1, server.requests)


@test
def a_failed_chunk_is_status_1(d):
    with fake.Server(d):
        r = repl(d, text="fail\nsecond\n")
        expect(r.returncode == 1 and r.stdout == '"second"\n', r)
        expect(r.stderr == "chunk:1: it failed\nstack traceback:\n\tchunk:1\n", r)
        r = repl(d, text="<bad/>\n")
        expect(r.returncode == 1 and "line 1: bad" in r.stderr, r)


@test
def expressions_of_the_command_line(d):
    with fake.Server(d) as server:
        r = repl(d, "-e", "a", "--vcpu", "1", "-e", "b", text="c")
        expect(r.returncode == 0 and r.stdout == '"a"\n"b"\n', r)
        expect([e["vcpu"] for e in server.asked("eval")] == [1, 1], server.requests)
        expect(repl(d, "-e", "fail", "-e", "b").returncode == 1)


@test
def commands(d):
    with fake.Server(d) as server:
        r = repl(d, text="#vcpu 1\na\n#vcpu none\nb\n#events hits console\n#events\n?on_pc\n?\n#status\n#triggers\n#reload\n#quit\nc\n")
        expect(r.returncode == 0, r)
        expect([e["vcpu"] for e in server.asked("eval")] == [1, "none"], server.requests)
        expect([e["events"] for e in server.asked("subscribe")] == [["hits", "console"], []], server.requests)
        expect(server.asked("unsubscribe")[1]["events"] == ["hits", "journal", "console"], server.requests)
        expect(server.asked("reload")[0]["vcpu"] == "none", server.requests)
        for words in ("help on <on_pc>", "help on <>", "uptime: 12", "on_pc main  3     -", "x           12    1"):
            expect(words in r.stdout, r)


@test
def wrong_commands(d):
    with fake.Server(d):
        for line, words in ("#no", "no command '#no'"), ("#vcpu x", "not 'x'"), ("#events no", "not 'no'"), ("#status x", "takes no argument"), ("?nothing", "no help on"):
            r = repl(d, text=line + "\n")
            expect(r.returncode == 1 and words in r.stderr, r)


@test
def a_halted_vcpu_is_said_at_once(d):
    with fake.Server(d):
        r = repl(d, text="halted\n")
        expect(r.returncode == 0 and r.stdout == "1\n" and "the chunk runs when it can" in r.stderr, r)


@test
def print_comes_without_a_mark(d):
    with fake.Server(d):
        r = repl(d, text="say\n")
        expect(r.stdout == "said\n* from a handler\n", r)


@test
def timeout(d):
    with fake.Server(d) as server:
        r = repl(d, "--timeout", "0.2", text="forever\n")
        expect(r.returncode == 1 and "interrupted after 0.2 s" in r.stderr, r)
        expect(len(server.asked("interrupt")) == 1, server.requests)


@test
def interrupt_from_outside(d):
    with fake.Server(d) as server:
        process = subprocess.Popen([REPL, "-e", "forever", "-e", "more"], cwd=d, env=environment(d), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        server.asked("eval")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SECONDS)
        expect(process.returncode == 130 and out == "" and "interrupted" in err, process.returncode, out, err)
        expect(len(server.asked("eval")) == 1, server.requests)


@test
def the_server_dies(d):
    with fake.Server(d):
        r = repl(d, text="die\nmore\n")
        expect(r.returncode == 1 and "connection was closed" in r.stderr and r.stdout == "", r)


@test
def qemu_ends(d):
    with fake.Server(d):
        r = repl(d, text="end\nmore\n")
        expect(r.returncode == 1 and "QEMU has ended with status 3 (guest)" in r.stderr and r.stdout == "", r)


@test
def junk_from_the_server(d):
    with fake.Server(d):
        r = repl(d, text="junk\n")
        expect(r.returncode == 1 and 'not a frame of fi_lua\'s protocol: "what is this"' in r.stderr, r)


@test
def a_big_chunk(d):
    with fake.Server(d) as server:
        r = repl(d, text="x = '" + "y" * 1000000 + "'\n")
        expect(r.returncode == 0 and len(server.asked("eval")[0]["code"]) == 1000007, r.returncode)


# On a terminal

@test
def prompt_and_results(d):
    with fake.Server(d), Terminal(d) as term:
        came = term.wait(r"fi> ")
        expect("fi_lua 9.9, aarch64, 2 vCPUs, patched QEMU" in came, came)
        term.line("cpu.x0", '"cpu.x0"')
        term.prompt()
        term.line("fail", "it failed.*traceback")
        term.prompt()
        term.line("#vcpu 1", r"fi\[1\]> ")
        term.line("#vcpu none", r"fi\[none\]> ")
        term.type("\4")
        expect(term.status() == 0)


@test
def colours(d):
    with session(d) as (_, term):
        expect("\033[31mchunk:1: it failed\033[0m" in term.line("fail", "failed.*traceback.*fi> "), term.output)
    os.unlink(d + "/fi.sock")
    with session(d, NO_COLOR="1") as (_, term):
        came = term.line("fail", "failed.*traceback.*fi> ")
        expect("\033[31m" not in term.output and "\033[1m" not in term.output, came)


@test
def several_lines(d):
    with session(d) as (server, term):
        term.line("function f()", r"\.\.> ")
        term.line("  return 'é'", r"\.\.> ")
        term.line("end", r"é.*fi> ")
        expect(server.asked("eval")[0]["code"] == "function f()\n  return 'é'\nend", server.requests)
        term.line("if x", r"\.\.> ")
        term.line("#cancel", "fi> ")
        term.line("<A>", r"\.\.> ")
        term.line("</A>", r"1 faults.*fi> ")
        expect(len(server.asked("eval")) == 1, server.requests)


@test
def completion(d):
    with session(d) as (server, term):
        term.type("pr\t")
        term.wait("int")
        term.line("(1)", r'"print\(1\)".*fi> ')
        # Several: what is common, then the list, then the line again
        term.type("-- é\rif o\t")
        term.wait("n_")
        term.type("\t")
        term.wait(r"on_pc +on_read +on_write")
        term.type("w\t\rend\r")
        term.wait("fi> .*fi> ")
        expect(server.asked("complete")[-1]["text"] == "if on_w", server.requests)
        term.line("", "fi> ")


@test
def completion_knows_earlier_lines(d):
    with session(d) as (server, term):
        term.line("f(", r"\.\.> ")
        term.type("  'é', pr\t")
        term.wait("int")
        expect(server.asked("complete")[-1]["text"] == "f(\n  'é', pr", server.requests)
        term.line(")", "fi> ")
        expect(server.asked("eval")[0]["code"] == "f(\n  'é', print)", server.requests)


@test
def no_completion_without_an_answer(d):
    with session(d) as (server, term):
        server.words = []
        term.type("xy\t")
        term.wait("\a")
        term.line("z", '"xyz"')


@test
def ctrl_c(d):
    with session(d) as (server, term):
        term.type("half a line\3")
        term.wait(r"\^C\r?\n.*fi> ")
        term.line("function f()", r"\.\.> ")
        term.type("\3")
        term.wait(r"\^C\r?\n.*fi> ")
        term.type("forever\r")
        server.asked("eval")
        term.type("\3")
        term.wait("interrupted.*fi> ")
        term.line("alive", '"alive"')
        expect([e["code"] for e in server.asked("eval")] == ["forever", "alive"], server.requests)


@test
def ctrl_c_twice_leaves(d):
    with session(d) as (server, term):
        term.type("ignore\r")
        server.asked("eval")
        term.type("\3")
        term.wait("again leaves")
        term.type("\3")
        expect(term.status() == 130)


@test
def history(d):
    path = pathlib.Path(d, "state/fi_lua/history")
    with session(d) as (server, term):
        for line in "one", "two", "one":
            term.line(line, f'"{line}".*fi> ')
        term.line("function g()", r"\.\.> ")
        term.line(r"return '\n' end", r"fi> ")
        expect(path.read_text() == "two\none\nfunction g()\\nreturn '\\\\n' end\n", path.read_text())
        expect(stat.S_IMODE(path.stat().st_mode) == 0o600, path.stat())
    os.unlink(d + "/fi.sock")
    with session(d) as (server, term):
        term.type("\x10")
        term.wait("return")
        term.type("\r")
        term.wait("fi> ")
        term.type("\x10\x10\r")
        term.wait('"one".*fi> ')
        expect([e["code"] for e in server.asked("eval")] == ["function g()\nreturn '\\n' end", "one"], server.requests)


@test
def history_of_several_sessions(d):
    with fake.Server(d), Terminal(d) as a, Terminal(d) as b:
        a.prompt()
        b.prompt()
        a.line("from a", "fi> ")
        b.line("from b", "fi> ")
        a.line("again a", "fi> ")
    expect(pathlib.Path(d, "state/fi_lua/history").read_text() == "from a\nfrom b\nagain a\n")


@test
def history_that_cannot_be_written(d):
    pathlib.Path(d, "state").write_text("a file")
    with session(d) as (_, term):
        term.line("x", "history is not kept.*fi> ")
        came = term.line("y", '"y".*fi> ')
        expect("not kept" not in came, came)


@test
def an_event_while_a_line_is_edited(d):
    with session(d) as (server, term):
        term.type("half")
        term.wait("half")
        server.connections[0].event(event="hit", trigger="on_pc f", kind="pc", vcpu=0, pc=16, hits=3, t=1)
        came = term.wait(r"\* hit 3 of on_pc f on vCPU 0 at 0x10.*half")
        expect("\r\033[J" in came, came)
        server.connections[0].event(event="console", device="/machine/x", type="pl011", text="a\033[2Jb\nc\n")
        came = term.wait(r"\* c.*half")
        expect("* pl011: a\\x1b[2Jb" in came, came)
        server.connections[0].event(event="journal", line={"kind": "fault"})
        term.wait(r'\* \{"kind":"fault"\}.*half')
        server.connections[0].event(event="lost", count=7)
        term.wait(r"\* 7 events lost.*half")
        term.line("way", '"halfway"')


@test
def an_event_above_a_line_of_several_rows(d):
    with session(d) as (server, term):
        term.type("x" * 200)
        term.wait("(?:[^x]*x){200}")
        server.connections[0].event(event="print", text="hello", trigger="t")
        came = term.wait(r"\* hello.*x")
        expect("\r\033[2A\033[J" in came, came)


@test
def qemu_ends_at_the_prompt(d):
    with session(d) as (server, term):
        term.type("half")
        term.wait("half")
        server.connections[0].event(event="end", reason="guest", code=0)
        server.connections[0].sock.shutdown(socket.SHUT_RDWR)
        term.wait(r"QEMU has ended with status 0 \(guest\)")
        expect(term.status() == 0)


@test
def the_server_dies_at_the_prompt(d):
    with session(d) as (server, term):
        server.connections[0].sock.shutdown(socket.SHUT_RDWR)
        term.wait("connection was closed")
        expect(term.status() == 1)


@test
def the_terminal_is_left_as_it_was(d):
    with session(d) as (_, term):
        before = termios.tcgetattr(term.fd)[3]
        os.kill(term.pid, signal.SIGTERM)
        expect(term.status() == 130, term.output)
        after = termios.tcgetattr(term.fd)[3]
        expect(not before & termios.ECHO and after & termios.ECHO and after & termios.ICANON, before, after)


def main():
    failed = False
    chosen = [t for t in TESTS if not sys.argv[2:] or t.__name__ in sys.argv[2:]]
    for number, function in enumerate(chosen, 1):
        name = function.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory() as directory:
            try:
                skipped = function(directory)
                print(f"ok {number} - {name}" + (f" # SKIP {skipped}" if skipped else ""))
            except (AssertionError, OSError, subprocess.TimeoutExpired):
                failed = True
                print(f"not ok {number} - {name}")
                print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
        sys.stdout.flush()
    print(f"1..{len(chosen)}")
    return failed


sys.exit(main())
