#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Abuses the plugin's socket: a guest with 4 busy cores, clients that arm, remove and reload at random, a machine that is
reset and stopped meanwhile, and rowdies that send junk, half commands, or vanish.

It fails if a request is not answered in time (then the stacks of all of QEMU's threads are printed), not exactly once, or in
another way than it should be; if QEMU crashes, if a sanitizer reports something, if memory grows, or if the guest no longer
works at the end. All that is random comes from the seed, which is printed; what the threads make of it also depends on
their timing.
"""
import argparse
import collections
import contextlib
import faulthandler
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "python"))

import fi_client  # noqa: E402  # pylint: disable=wrong-import-position

VCPUS = 4
SLOTS = 12                  # triggers of each client
WARM_UP = 1 / 3             # of the time

# What a client sends goes to 4 vCPUs and a worker, each of which does one thing after the other. A handler takes microseconds, a
# retranslation a millisecond, a stop half a second: seconds mean that something is stuck.
REPLY_LIMIT = 20.0

# Lua's memory is compared after a full collection, with only the scenario's triggers there, loaded afresh both times. What may
# differ are tables that have kept the size they once needed: some KiB. A leak of 100 bytes in each request is a megabyte.
LUA_GROWTH = 64 * 1024

# Translated code is bounded by tb-size, but QEMU comes to use all of it only in time, and malloc's arenas are fragmented by
# what threads allocate by turns. The scatter seen is below 8 MiB; 1 KiB for each request of a minute is more than this bound.
TB_SIZE_MIB = 32
RSS_GROWTH_MIB = 8

SANITIZER = re.compile(r"(Address|Thread|Leak|UndefinedBehavior)Sanitizer|runtime error:|Assertion .* failed")

# Handlers change nothing that the guest depends on.
FIND = "local function find(name) for _, t in ipairs(fi.triggers()) do if t.name == name then return t end end end\n"
HANDLERS = [
    "function(ev) local x = cpu.x0 + cpu.pc end",
    "function(ev) local x = mem.u64.cells + mem.u64['cells+64'] end",
    "function(ev) mem.u64['cells+128'] = mem.u64['cells+128'] ~ 1 end",
    "function(ev) local t = {} for i = 1, 50 do t[i] = {i, tostring(i)} end end",
    "function(ev) on_pc('load_cell', {limit = 1, name = 'nested'}, function() end) end",
    "function(ev) fi.defer(0, function() local x = cpu.pc end) end",
]
FUNCTIONS = ["mix", "store_cell", "load_cell", "read_device", "write_device", "touch_sysregs", "handle_irq"]
DOCUMENTS = [
    '<Fault target="RAM" target_data="0x{scratch:x}" fault_data="7" trigger="PC" trigger_condition="0x{mix:x}"/>',
    '<Fault trigger="MMIO" target_data="0x09010fe0" fault_data="0x55" size="4"/>',
    '<Fault trigger="SYS_REG" trigger_condition="CNTVCT_EL0" fault_data="0x1000"/>',
]
NONSENSE = [
    b"\0" * 1000, b"\xff\xfe\xfd" * 5000, b"#framed 2\n", b"#framed 1\n7 99999999999\n", b"#framed 1\n!! 5\nhello",
    b"#framed 1\n7 2\n[]", b"#framed 1\n7 30\n{\"op\":\"eval\",\"code\":\"1\",\"x\":2}", b"for i = 1, 10 do\n", b"'\xc3", b"<Faults><Fault",
    b"?on_pc\n?\n#help\n#nonsense\n#vcpu 99\n", b"x = [[\n" + b"a" * 100000, b"#interrupt\n" * 1000, b"(" * 5000 + b"\n",
]


class Failure(Exception):
    """What makes the run fail."""


class Soak:
    """What all threads share."""

    def __init__(self, config):
        self.config = config
        self.counts = collections.Counter()
        self.failures = []
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.may_run = threading.Event()
        self.may_run.set()
        self.resting = threading.Semaphore(0)
        self.qemu = None
        self.symbols = {}

    def count(self, what, n=1):
        with self.lock:
            self.counts[what] += n

    def fail(self, text, stacks=False):
        """Notes why the run has failed; the first one ends it."""
        with self.lock:
            first = not self.failures
            self.failures.append(text)
        if first:
            print(f"soak: FAILED: {text}", flush=True)
            if stacks:
                self.print_stacks()
        self.over.set()
        self.may_run.set()

    def print_stacks(self):
        faulthandler.dump_traceback(all_threads=True)
        pid = self.qemu.process.pid
        if shutil.which("gdb"):
            subprocess.run(["gdb", "-p", str(pid), "-batch", "-ex", "thread apply all bt 30"], stdin=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=120, check=False)
            return
        for task in sorted(pathlib.Path(f"/proc/{pid}/task").iterdir()):
            for name in ("comm", "wchan", "syscall", "stack"):
                with contextlib.suppress(OSError):
                    print(f"{task.name} {name}: {(task / name).read_text().strip()}")
        sys.stdout.flush()

    def rest_if_told(self):
        """Where the threads stop while memory is measured; false at the end."""
        if not self.may_run.is_set():
            self.resting.release()
            self.may_run.wait()
        return not self.over.is_set()


class Worker(threading.Thread):
    """A thread whose failure is the run's."""

    def __init__(self, soak, name):
        super().__init__(name=name, daemon=True)
        self.soak = soak
        self.random = random.Random(f"{soak.config.seed} {name}")

    def run(self):
        try:
            self.work()
        except fi_client.FiTimeout as error:
            self.soak.fail(f"{self.name}: {error}", stacks=True)
        except Failure as error:
            self.soak.fail(f"{self.name}: {error}")
        except Exception as error:          # pylint: disable=broad-except
            if not self.soak.over.is_set():
                traceback.print_exc()
            self.soak.fail(f"{self.name}: {type(error).__name__}: {error}")

    def chance(self, p):
        return self.random.random() < p

    def pause(self, longest):
        self.soak.over.wait(self.random.uniform(0, longest))


class Client(Worker):
    """Arms, removes, asks. Its triggers have names of its own, so they are found again after a reload or another connection."""

    def __init__(self, soak, name):
        super().__init__(soak, name)
        self.fi = None
        self.actions = [
            (30, self.arm), (14, self.remove), (8, self.disable), (8, self.enable), (10, self.look), (6, self.several),
            (3, self.reload), (3, self.status), (2, self.triggers), (2, self.complete), (2, self.help), (2, self.xml),
            (2, self.interrupt), (3, self.subscribe), (2, self.wrong), (1, self.collect), (1, self.raise_irq), (1, self.reconnect),
        ]

    def work(self):
        self.connect()
        actions = [action for _, action in self.actions]
        weights = [weight for weight, _ in self.actions]
        while self.soak.rest_if_told():
            self.random.choices(actions, weights)[0]()
            for _ in self.fi.events(timeout=0):
                self.soak.count("events")
        self.fi.close()

    def connect(self):
        self.fi = fi_client.connect(self.soak.qemu.socket, timeout=self.soak.config.patience)

    def reconnect(self):
        self.fi.close()
        self.connect()
        self.soak.count("connections")

    # Requests

    def vcpu(self):
        return self.random.choice([None, *range(VCPUS)])

    def on_vcpu(self):
        return self.random.randrange(VCPUS)

    def submit(self, code, vcpu):
        self.soak.count("requests")
        request = self.fi.submit(code, vcpu=vcpu)
        request.add_wait_callback(lambda _: self.soak.count("wait replies"))
        return request

    def expect(self, result, *kinds):
        """Calls it, and counts its reply; errors of these kinds may be."""
        try:
            value = result()
        except fi_client.FiError as error:
            if error.kind not in kinds:
                raise
            self.soak.count("errors that were due")
            value = None
        self.soak.count("replies")
        return value

    def run_chunk(self, code, vcpu=0, *kinds):
        return self.expect(self.submit(FIND + code, vcpu).result, *kinds)

    def ask(self, call, *kinds):
        self.soak.count("requests")
        return self.expect(call, *kinds)

    # Actions

    def name_of_slot(self):
        return f"{self.name} {self.random.randrange(SLOTS)}"

    def options(self, name, every):
        options = [f'name = "{name}"', f"every = {self.random.randrange(every // 10, every)}"]
        if self.chance(0.4):
            options.append(self.random.choice([f"vcpu = {self.on_vcpu()}", "total = true"]))
        if self.chance(0.3):
            options.append(f"after = {self.random.randrange(every)}")
        if self.chance(0.2):
            options.append(f"limit = {self.random.randrange(1, 10)}")
        return "{" + ", ".join(options) + "}"

    def trigger(self, name):
        """The Lua that arms one trigger of this name."""
        handler = self.random.choice(HANDLERS)
        function = self.random.choice(FUNCTIONS)
        hot, rare = self.options(name, 100000), self.options(name, 100)
        passive = "function(ev) local x = ev.value end"
        timer = f'{{name = "{name}"}}'
        return self.random.choice([
            f'on_pc("{function}", {hot}, {handler})',
            f'on_pc({{"mix", size = 16}}, {hot}, {handler})',
            f'on_pc("skippable", {hot}, function() return fi.SKIP end)',
            f"on_insn({{mask = 0xffffffff, value = 0xd65f03c0}}, {hot}, {handler})",
            f'on_read("cells", {hot}, {passive})',
            f'on_write({{"cells", size = 256}}, {hot}, {passive})',
            f"on_mmio_read({{0x09010fe0, size = 4}}, {rare}, function(ev) return ev.value ~ 1 end)",
            f"on_mmio_read({{0x09010fe0, size = 4}}, {rare}, function() return fi.BUS_ERROR end)",
            f"on_mmio_write(0x09010004, {rare}, function() return fi.DROP end)",
            f'on_mmio_write("pl031", {rare}, function(ev) return ev.value + 1 end)',
            f'on_sysreg_read("CNTVCT_EL0", {rare}, function() return 5 end)',
            f'on_sysreg_write("TPIDR_EL0", {rare}, function(ev) return ev.value ~ 1 end)',
            f'on_interrupt("irq", {rare}, {handler})',
            f"every_ns({self.random.randrange(1, 50)} * 1000000, {timer}, {handler})",
            f"after_ns({self.random.randrange(1, 50)} * 1000000, {timer}, {handler})",
            f"after_insns({self.random.randrange(1, 10 ** 6)}, {timer}, {handler})",
        ])

    def arming(self):
        name = self.name_of_slot()
        return f'local old = find("{name}") if old then old:remove() end\n{self.trigger(name)}'

    def arm(self):
        self.run_chunk(self.arming(), self.on_vcpu())

    def remove(self):
        self.run_chunk(f'local t = find("{self.name_of_slot()}") if t then t:remove() end', self.vcpu())

    def disable(self):
        self.run_chunk(f'local t = find("{self.name_of_slot()}") if t then t:disable() end', self.vcpu())

    def enable(self):
        self.run_chunk(f'local t = find("{self.name_of_slot()}") if t then t:enable() end', self.vcpu())

    def look(self):
        result = self.run_chunk(f'print("{self.name}") return cpu.index, cpu.pc, mem.u64.rounds, {{1, "a"}}', self.on_vcpu())
        if result.output != self.name + "\n" or result.values[3] != [1, "a"]:
            raise Failure(f"not what was asked for: {result}")

    def several(self):
        requests = [self.submit(FIND + self.arming(), self.on_vcpu()) for _ in range(self.random.randrange(2, 20))]
        for request in requests:
            self.expect(request.result)

    def reload(self):
        # While another client's is under way it is an error
        self.ask(lambda: self.fi.reload(vcpu=self.on_vcpu()), "error")
        self.soak.count("reloads")

    def status(self):
        self.ask(self.fi.status)

    def triggers(self):
        self.ask(self.fi.triggers)

    def complete(self):
        matches = self.ask(lambda: self.fi.complete("x = on_mmio_")).matches
        if not {"on_mmio_read", "on_mmio_write"} <= set(matches):
            raise Failure(f"not what was asked for: {matches}")

    def help(self):
        if "on_pc" not in self.ask(lambda: self.fi.help("on_pc")):
            raise Failure("the help on on_pc does not speak of it")

    def xml(self):
        document = self.random.choice(DOCUMENTS).format(**self.soak.symbols)
        names = self.ask(lambda: self.fi.xml(document, vcpu=self.on_vcpu())).triggers
        for name in names:
            self.run_chunk(f'for _, t in ipairs(fi.triggers()) do if t.name == "{name}" then t:remove() end end')
        bad = document.replace("trigger=", "triggr=")
        self.ask(lambda: self.fi.xml(bad), "xml")

    def interrupt(self):
        endless = self.submit("while true do end", self.vcpu())
        self.pause(0.05)
        while not endless.done():
            self.ask(lambda: self.fi.interrupt(endless))
            self.pause(0.01)
        self.expect(endless.result, "interrupted")

    def subscribe(self):
        events = self.random.sample(["hits", "journal", "console"], self.random.randrange(1, 4))
        self.ask(lambda: self.fi.subscribe(*events))
        if self.chance(0.7):
            self.ask(lambda: self.fi.unsubscribe(*events))

    def wrong(self):
        self.run_chunk("local = 1", self.vcpu(), "syntax")
        self.run_chunk("no_such_function()", self.vcpu(), "error")
        self.run_chunk("return 1", 99, "request")
        self.run_chunk('on_pc("no such symbol", function() end)', self.on_vcpu(), "error")

    def collect(self):
        self.run_chunk("collectgarbage()", self.vcpu())

    def raise_irq(self):
        self.run_chunk("fi.irq.pulse{spi = 40}", self.on_vcpu())


class Machine(Worker):
    """Resets, stops and continues the machine."""

    def work(self):
        qmp = self.soak.qemu.qmp
        while self.soak.rest_if_told():
            self.pause(1.0)
            what = self.random.choice(["reset", "stop", "stop and reset", "status"])
            if "stop" in what:
                qmp("stop")
                self.pause(0.5)
                self.soak.count("stops")
            if "reset" in what:
                qmp("system_reset")
                self.soak.count("resets")
            qmp("cont" if "stop" in what else "query-status")


class Rowdy(Worker):
    """Connections as a client would not make them."""

    def work(self):
        while self.soak.rest_if_told():
            behaviour = self.random.choice([self.nonsense, self.half_a_command, self.vanish, self.do_not_read, self.noise])
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(self.soak.config.patience)
                connection.connect(self.soak.qemu.socket)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    behaviour(connection)
            self.soak.count("rude connections")
            self.pause(0.1)

    def nonsense(self, connection):
        connection.sendall(self.random.choice(NONSENSE))
        self.pause(0.05)

    def noise(self, connection):
        connection.sendall(self.random.randbytes(self.random.randrange(1, 100000)))
        connection.shutdown(socket.SHUT_WR)
        self.read_to_the_end(connection)

    def read_to_the_end(self, connection):
        while connection.recv(65536):
            pass

    def half_a_command(self, connection):
        whole = b'#framed 1\n7 60\n{"op":"eval","code":"on_pc(\'mix\', {limit = 1}, print)","vcpu":1}'
        connection.sendall(whole[:self.random.randrange(len(whole))])
        self.pause(0.05)

    def vanish(self, connection):
        """Its requests are done, or not; nobody hears of it."""
        connection.sendall(b"#framed 1\n")
        for number in range(1, self.random.randrange(2, 30)):
            code = self.random.choice(['on_pc("mix", {limit = 1, name = "gone"}, function() print(1) end)', "collectgarbage()",
                                       "local x = {} for i = 1, 1000 do x[i] = {} end", "mem.u64.rounds"])
            payload = f'{{"op":"eval","vcpu":{self.random.randrange(VCPUS)},"code":"{code}"}}'.replace('("mix", ', "('mix', ")
            payload = payload.replace('name = "gone"', "name = 'gone'").encode()
            connection.sendall(b"%d %d\n%s" % (number, len(payload), payload))

    def do_not_read(self, connection):
        connection.sendall(b"#events hits journal console\nfor i = 1, 20000 do print('line', i) end\n")
        self.pause(0.3)


class Meter:
    """Memory, while everybody rests."""

    def __init__(self, soak, workers):
        self.soak = soak
        self.workers = workers

    def measure(self):
        self.soak.may_run.clear()
        try:
            self.wait_for_rest()
            with fi_client.connect(self.soak.qemu.socket, timeout=self.soak.config.patience) as fi:
                # Rowdies' last wishes may still be under way; they come before on each vCPU
                for vcpu in range(VCPUS):
                    fi.run("return", vcpu=vcpu)
                fi.run("for _, t in ipairs(fi.triggers()) do t:remove() end collectgarbage() collectgarbage()")
                fi.reload()
                fi.run("collectgarbage() collectgarbage()")
                return fi.status()["memory"], self.resident()
        finally:
            self.soak.may_run.set()

    def wait_for_rest(self):
        deadline = time.monotonic() + 2 * self.soak.config.patience
        for _ in self.workers:
            if not self.soak.resting.acquire(timeout=max(0.0, deadline - time.monotonic())):
                raise fi_client.FiTimeout("a thread does not come to rest")

    def resident(self):
        fields = pathlib.Path(f"/proc/{self.soak.qemu.process.pid}/statm").read_text().split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def check_growth(config, before, after):
    lua, resident = after[0] - before[0], after[1] - before[1]
    if lua > LUA_GROWTH:
        raise Failure(f"Lua's memory has grown by {lua} bytes, from {before[0]} to {after[0]}")
    if config.rss_growth and resident > config.rss_growth << 20:
        raise Failure(f"QEMU has grown by {resident >> 10} KiB, from {before[1] >> 10} to {after[1] >> 10} KiB")


def check_guest(soak):
    """All cores still run: each counts rounds and ticks after a last reset."""
    with fi_client.connect(soak.qemu.socket, timeout=soak.config.patience) as fi:
        fi.run("for _, t in ipairs(fi.triggers()) do t:remove() end")
        fi.subscribe("console")
        # QEMU answers before it resets, which clears this word: that of a core that there is not
        fi.run("mem.u32['others+28'] = 1")
        soak.qemu.qmp("system_reset")
        counters = ["mem.u32['others+28'] == 0"]
        counters += [f"mem.u64['rounds+{8 * core}'] > 9 and mem.u32['ticks+{4 * core}'] > 9" for core in range(VCPUS)]
        deadline = time.monotonic() + soak.config.patience
        while not fi.eval(" and ".join(counters)):
            if time.monotonic() > deadline:
                raise Failure("after all this the guest's cores do not run after a reset")
            time.sleep(0.1)
        fi.run("mem.u32.say = 1")
        fi.wait_console(r"core 3 rounds \d+ ticks \d+\n")


def check_end(soak):
    """QEMU ends by itself, and has had nothing to complain about."""
    with contextlib.suppress(fi_client.FiConnectionError):
        soak.qemu.qmp("quit")
    status = soak.qemu.wait(2 * soak.config.patience)
    if status:
        raise Failure(f"QEMU ended with status {status}:\n{soak.qemu.stderr[-5000:]}")
    found = SANITIZER.search(soak.qemu.stderr)
    if found:
        raise Failure(f"in QEMU's stderr:\n{soak.qemu.stderr[max(0, found.start() - 200):found.start() + 5000]}")
    if soak.counts["requests"] != soak.counts["replies"]:
        raise Failure(f"{soak.counts['requests']} requests, but {soak.counts['replies']} replies")


def start_qemu(config):
    kernel = config.guests / "busy.elf"
    command = [config.qemu, "-M", "virt,gic-version=3", "-cpu", "cortex-a53", "-smp", str(VCPUS), "-m", "128",
               "-accel", f"tcg,thread=multi,tb-size={TB_SIZE_MIB}", "-display", "none", "-nodefaults", "-nic", "none",
               "-serial", "stdio", "-kernel", kernel]
    options = {"symbols": kernel, "stdlib": config.stdlib, "journal": "/dev/null", "seed": config.seed, "on_error": "ignore"}
    return fi_client.Qemu(command, plugin=config.plugin, script=pathlib.Path(__file__).with_name("soak.lua"), options=options,
                          env=dict(config.env), timeout=config.patience)


def watch(soak, workers, seconds):
    """Waits for the time to pass; then all threads, QEMU's or ours, have to be alive."""
    if soak.over.wait(seconds):
        raise Failure("see above")
    for worker in workers:
        if not worker.is_alive():
            raise Failure(f"{worker.name} has ended")


def abuse(soak):
    config = soak.config
    with soak.qemu.client as fi:
        soak.symbols = {"mix": fi.eval('fi.symbol("mix")')[0], "scratch": fi.eval('fi.symbol("cells")')[0] + 192}
    workers = [Client(soak, f"client{number}") for number in range(config.clients)]
    workers += [Machine(soak, "machine"), Rowdy(soak, "rowdy")]
    meter = Meter(soak, workers)
    for worker in workers:
        worker.start()
    watch(soak, workers, config.seconds * WARM_UP)
    before = meter.measure()
    watch(soak, workers, config.seconds * (1 - WARM_UP))
    after = meter.measure()
    soak.over.set()
    for worker in workers:
        worker.join(2 * config.patience)
        if worker.is_alive():
            raise fi_client.FiTimeout(f"{worker.name} does not end")
    if soak.failures:
        raise Failure("see above")
    check_guest(soak)
    check_end(soak)
    check_growth(config, before, after)
    return before, after


def report_death(qemu):
    """A crash shows itself as a lost connection first."""
    with contextlib.suppress(fi_client.FiTimeout):
        print(f"QEMU has ended with status {qemu.wait(5)}:\n{qemu.stderr[-5000:]}", flush=True)


def summary(soak, before, after):
    counts = ", ".join(f"{n} {what}" for what, n in sorted(soak.counts.items()))
    return (f"{counts}; Lua {before[0] >> 10} -> {after[0] >> 10} KiB, QEMU {before[1] >> 20} -> {after[1] >> 20} MiB")


def name_and_value(text):
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name, value


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qemu", required=True, type=pathlib.Path)
    parser.add_argument("--plugin", required=True, type=pathlib.Path)
    parser.add_argument("--guests", required=True, type=pathlib.Path, help="directory of the test guests")
    parser.add_argument("--stdlib", default=ROOT / "scripts" / "stdlib", type=pathlib.Path)
    parser.add_argument("--env", action="append", default=[], type=name_and_value, metavar="NAME=VALUE",
                        help="for QEMU: LD_PRELOAD and options of a sanitizer, say")
    parser.add_argument("--seconds", default=60.0, type=float)
    parser.add_argument("--seed", default=random.SystemRandom().getrandbits(32), type=int)
    parser.add_argument("--clients", default=3, type=int)
    parser.add_argument("--patience", default=REPLY_LIMIT, type=float, help="seconds within which a reply must come")
    parser.add_argument("--rss-growth", default=RSS_GROWTH_MIB, type=int, metavar="MIB",
                        help="how much QEMU may grow; 0: no limit, as with sanitizers, which keep what is freed")
    return parser.parse_args()


def main():
    config = parse_arguments()
    soak = Soak(config)
    print(f"soak: seed {config.seed}, {config.seconds:g} s, {config.clients} clients", flush=True)
    start = time.monotonic()
    result = None
    try:
        with start_qemu(config) as soak.qemu:
            try:
                result = abuse(soak)
            except fi_client.FiTimeout as error:
                soak.fail(str(error), stacks=True)
            finally:
                soak.over.set()
                soak.may_run.set()
                if soak.failures:
                    report_death(soak.qemu)
    except (Failure, fi_client.FiError) as error:
        soak.fail(str(error))
    verdict = f"failed: {soak.failures[0]}" if soak.failures else summary(soak, *result)
    print(f"soak: seed {config.seed}, {time.monotonic() - start:.0f} s: {verdict}", flush=True)
    return 1 if soak.failures else 0


if __name__ == "__main__":
    sys.exit(main())
