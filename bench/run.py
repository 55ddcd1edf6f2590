#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures what fi_lua costs: see bench/README.md.

Prints a table of ratios to plain QEMU, measured in the same run. It needs QEMU and a built plugin: ./fi bench brings both.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import live

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT_PAIRS = 7
QUICK_PAIRS = 3
TIMEOUT = 180           # seconds for one run of QEMU, of which none needs 10 on an idle machine
N_COLD = 10000          # triggers on cold code
N_CROSS = 300           # armings for another vCPU, and pieces of work sent to it
MIN_SAMPLES = 200
N_LAYOUTS = 4

GUESTS = {
    "loop": "loop 0x0c5658cea9e65dc2",
    "loop_long": "loop 0x7a2623fc8a3fd4ad",
    "loop_small": "loop 0xcd7c46ac39c4d30d",
    "mmio_loop": "mmio_loop reads 10000000 sum 0x1d34ce80",
    "mmio_loop_small": "mmio_loop reads 500000 sum 0x175d720",
    "smp": "smp cores 2 total 2000",
}
MMIO_READS = 500_000    # of mmio_loop_small
MMIO_OVERRIDDEN = "mmio_loop reads 500000 sum 0x0"
ICOUNT = ("-icount", "shift=0,sleep=off")
MMIO_PATCH = b"qemu_plugin_fi_mmio_hook_new"

Run = collections.namedtuple("Run", "cpu rss_kib notes")
Result = collections.namedtuple("Result", "value low high best samples extra")


class CannotRun(Exception):
    pass


class Bench:
    """What all measurements share: the files under test, copied so that a build meanwhile does not mix two plugins."""

    def __init__(self, qemu, build, directory, unpatched=None):
        self.qemu = qemu
        self.unpatched = unpatched
        self.directory = directory
        self.plugin = self._copy(build / "libfi_lua.so")
        self.kernels = {name: self._copy(build / "tests/guest" / f"{name}.elf") for name in GUESTS}
        self.count = 0

    def _copy(self, path):
        if not path.is_file():
            raise CannotRun(f"{path} is missing: ./fi bench builds it")
        return pathlib.Path(shutil.copy(path, self.directory))

    def command(self, guest, script=None, args=(), extra=(), qemu=None):
        command = [
            qemu or self.qemu, "-M", "virt,secure=off,gic-version=3", "-cpu", "cortex-a53", "-m", "128",
            "-display", "none", "-nodefaults", "-nic", "none", "-serial", "stdio",
            "-semihosting-config", "enable=on,target=native", "-kernel", str(self.kernels[guest]), *extra,
        ]
        if guest == "smp":
            command += ["-smp", "2"]
        if script:
            options = [("file", self.plugin), ("script", HERE / f"{script}.lua"), ("symbols", self.kernels[guest]),
                       ("seed", 1), ("on_error", "exit"), *args]
            # A comma ends an option's value unless it is doubled
            command += ["-plugin", ",".join(f"{key}={str(value).replace(',', ',,')}" for key, value in options)]
        return command

    def run(self, guest, script=None, args=(), extra=(), pass_fds=(), meanwhile=None, qemu=None, expect=None):
        """One run to its end. meanwhile(path of its stderr, is_over) is called while the guest runs. The guest prints
        `expect` (default: what it does when healthy), or the run went wrong."""
        self.count += 1
        out = self.directory / f"out{self.count}"
        err = self.directory / f"err{self.count}"
        expired = threading.Event()
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            process = subprocess.Popen(self.command(guest, script, args, extra, qemu), stdin=subprocess.DEVNULL,
                                       stdout=stdout, stderr=stderr, pass_fds=pass_fds)

        def expire():
            expired.set()
            process.kill()

        def is_over():
            return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

        timer = threading.Timer(TIMEOUT, expire)
        timer.start()
        try:
            if meanwhile:
                meanwhile(err, is_over)
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        output = out.read_text(errors="replace")
        errors = err.read_text(errors="replace")
        out.unlink()
        err.unlink()
        what = f"guest {guest}" + (f" under {script}.lua" if script else "")
        if expired.is_set():
            raise CannotRun(f"{what} did not end within {TIMEOUT} s")
        if process.returncode != 0 or (expect or GUESTS[guest]) not in output.splitlines() or ".lua:" in errors:
            raise CannotRun(f"{what} went wrong, status {process.returncode}\n{output}{errors}".rstrip())
        notes = dict(re.findall(r"^fi_lua: BENCH (\w+) ?(.*)$", errors, re.MULTILINE))
        return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss, notes)


def expect_hits(run, script, least, most=None):
    """A measurement of something that did not happen is none."""
    hits = int(run.notes.get("hits", -1))
    if hits < least or (most is not None and hits > most):
        raise CannotRun(f"{script}.lua: {hits} hits, expected {least}" + ("" if most == least else " or more"))
    return hits


def summary(samples, best=None, **extra):
    """best: the same from the fastest runs, which other load on the machine has disturbed least."""
    return Result(statistics.median(samples), min(samples), max(samples), best, samples, extra)


def ratio(guest, script, least, most=None, args=(), base=None, base_hits=None):
    """CPU time of the variant over that of the base, which is plain QEMU or `base`: (script, args). least: None if the
    script has nothing that could be hit."""
    base_script, base_args = base or (None, ())

    def measure(bench, pairs):
        samples, plains, variants = [], [], []
        for _ in range(pairs):
            plain = bench.run(guest, base_script, base_args)
            if base_script:
                expect_hits(plain, base_script, base_hits, base_hits)
            variant = bench.run(guest, script, args)
            if least is not None:
                expect_hits(variant, script, least, most)
            samples.append(variant.cpu / plain.cpu)
            plains.append(plain.cpu)
            variants.append(variant.cpu)
        return summary(samples, min(variants) / min(plains), base_cpu_s=plains, cpu_s=variants)

    return measure


def mmio_patch(bench, pairs):
    """Two QEMUs, neither with the plugin."""
    samples, bases, variants = [], [], []
    for _ in range(pairs):
        base = bench.run("mmio_loop", qemu=bench.unpatched)
        variant = bench.run("mmio_loop")
        samples.append(variant.cpu / base.cpu)
        bases.append(base.cpu)
        variants.append(variant.cpu)
    return summary(samples, min(variants) / min(bases), base_cpu_s=bases, cpu_s=variants)


def loaded(bench, pairs):
    """Where the host code of the hot loop lies moves its time by some percent, so each pair puts it elsewhere."""
    samples, plains, variants = [], [], []
    for pair in range(pairs):
        n = pair % N_LAYOUTS + 1
        plain = bench.run("loop")
        variant = bench.run("loop", "loaded", [("arg.n", n)])
        expect_hits(variant, "loaded", n, n)
        samples.append(variant.cpu / plain.cpu)
        plains.append(plain.cpu)
        variants.append(variant.cpu)
    return summary(samples, min(variants) / min(plains), base_cpu_s=plains, cpu_s=variants)


def per_hit(guest, script, hits, expect=None):
    def measure(bench, pairs):
        samples, plains, variants = [], [], []
        for _ in range(pairs):
            plain = bench.run(guest)
            variant = bench.run(guest, script, expect=expect)
            expect_hits(variant, script, hits, hits)
            samples.append((variant.cpu - plain.cpu) / hits * 1e9)
            plains.append(plain.cpu)
            variants.append(variant.cpu)
        return summary(samples, (min(variants) - min(plains)) / hits * 1e9, base_cpu_s=plains, cpu_s=variants, hits=hits)

    return measure


def latency(guest, script, args=(), extra=(), unit_ns=1e6):
    def measure(bench, _pairs):
        run = bench.run(guest, script, args, extra)
        samples = sorted(int(word) / unit_ns for word in run.notes.get("samples", "").split())
        if len(samples) < MIN_SAMPLES:
            raise CannotRun(f"{script}.lua: {len(samples)} samples, expected {MIN_SAMPLES} or more")
        return summary(samples, count=len(samples), p99=samples[len(samples) * 99 // 100])

    return measure


def live_latency(code, check, unit_s):
    """From a request on the socket to its reply, the guest being busy all the time."""
    def measure(bench, _pairs):
        path, samples, meanwhile = live.times(bench.directory, code, check)
        try:
            bench.run("loop_long", "empty", [("socket", path)], meanwhile=meanwhile)
        except (ConnectionError, RuntimeError) as error:
            raise CannotRun(f"the socket: {error}") from error
        samples = sorted(sample / unit_s for sample in samples)
        return summary(samples, count=len(samples), p99=samples[len(samples) * 99 // 100])

    return measure


def socket_open(bench, pairs):
    return ratio("loop", "empty", None, args=[("socket", bench.directory / "idle.sock")])(bench, pairs)


def memory(bench, pairs):
    samples = []
    for _ in range(pairs):
        plain = bench.run("loop_small")
        variant = bench.run("loop_small", "empty")
        samples.append((variant.rss_kib - plain.rss_kib) / 1024)
    return summary(samples, base_mib=plain.rss_kib / 1024)


class Monitor:
    """QEMU's machine protocol over a socket that QEMU inherits."""

    def __init__(self):
        ours, self.theirs = socket.socketpair()
        ours.settimeout(TIMEOUT)
        self.file = ours.makefile("rw", encoding="utf-8")
        ours.close()
        descriptor = self.theirs.fileno()
        self.arguments = ["-chardev", f"socket,id=bench,fd={descriptor}", "-mon", "chardev=bench,mode=control"]
        self.pass_fds = (descriptor,)

    def begin(self):
        self.theirs.close()     # so that the end of QEMU is the end of the file
        self._read()
        self._call("qmp_capabilities")

    def _read(self):
        line = self.file.readline()
        if not line:
            raise CannotRun("QEMU has closed its monitor")
        return json.loads(line)

    def _call(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            reply = self._read()
            if "error" in reply:
                raise CannotRun(f"QEMU's monitor: {reply['error']}")
            if "return" in reply:
                return reply["return"]

    def flushes(self):
        text = self._call("human-monitor-command", **{"command-line": "info jit"})
        found = re.search(r"TB flush count\s+(\d+)", text)
        if not found:
            raise CannotRun(f"QEMU's `info jit` names no TB flush count:\n{text}")
        return int(found[1])


def flushes(bench, _pairs):
    """Flushes between two moments in the middle of the run, between which a handler arms N_COLD triggers."""
    monitor = Monitor()
    counts = {}

    def meanwhile(path, is_over):
        def said(note):
            return f"BENCH {note}" in path.read_text(errors="replace")

        def wait_for(note):
            while not said(note):
                if is_over():
                    raise CannotRun(f"flushes.lua: QEMU ended before '{note}'\n{path.read_text(errors='replace')}".rstrip())
                time.sleep(0.01)

        monitor.begin()
        wait_for("before")
        counts["before"] = monitor.flushes()
        if said("armed"):
            raise CannotRun("flushes.lua: the triggers were armed before the count could be read: the machine is too busy")
        wait_for("after")
        counts["after"] = monitor.flushes()

    run = bench.run("loop_long", "flushes", [("arg.n", N_COLD)], monitor.arguments, monitor.pass_fds, meanwhile)
    expect_hits(run, "flushes", N_COLD, N_COLD)
    return summary([counts["after"] - counts["before"]], arming_ms=int(run.notes["armed_ns"]) / 1e6)


# name, what, unit, target or None, measure(bench, pairs)
Row = collections.namedtuple("Row", "name unit target what measure")

ROWS = [
    Row("loaded", "x", 1.05, "plugin loaded, armed nowhere hot", loaded),
    Row("after", "x", 1.15, "on_pc with `after` out of reach, 160 M hits", ratio("loop", "after", 100_000_000)),
    Row("cold", "x", 1.03, "10,000 on_pc on cold code, over 1",
        ratio("loop", "cold", N_COLD, N_COLD, [("arg.n", N_COLD)], ("cold", [("arg.n", 1)]), 1)),
    Row("flushes", "flushes", 1, "to arm 10,000 on_pc from one handler", flushes),
    Row("handler", "ns/hit", 150, "Lua handler on each of 3 M hits, without event",
        per_hit("loop_small", "handler", 3_000_000)),
    Row("handler_event", "ns/hit", 150, "the same, handler takes the event",
        per_hit("loop_small", "handler_event", 3_000_000)),
    Row("write", "x", 1.4, "on_write on one 8-byte location", ratio("loop", "write", 156_250, 156_250)),
    Row("arm_same", "ms", 1, "arming from a handler until live, same vCPU", latency("loop", "arm_same")),
    Row("arm_cross", "ms", 1, "the same, for another vCPU", latency("smp", "arm_cross", [("arg.n", N_CROSS)])),
    Row("after_insns", "x", None, "after_insns pending", ratio("loop", "after_insns", 0)),
    Row("exception", "x", None, "on_exception armed and idle", ratio("loop", "exception", 0, 0)),
    Row("sysreg", "x", 1.05, "on_sysreg_read of a register that is not read", ratio("loop", "sysreg", 0, 0)),
    Row("gate", "x", None, "stock=on, fi.defer called once: the gate in use", ratio("loop", "gate", 1, 1, [("stock", "on")])),
    Row("mmio_patch", "x", 1.01, "10 M device reads, no plugin, over unpatched QEMU", mmio_patch),
    Row("mmio_none", "x", 1.01, "10 M device reads, plugin loaded, no hook", ratio("mmio_loop", "empty", None)),
    Row("mmio_elsewhere", "x", 1.03, "the same, one on_mmio_read on another device",
        ratio("mmio_loop", "mmio_elsewhere", 1, 1000)),
    Row("mmio_read", "ns/hit", 1000, "on_mmio_read answers each of 500,000 device reads",
        per_hit("mmio_loop_small", "mmio_read", MMIO_READS, MMIO_OVERRIDDEN)),
    Row("mmio_read_value", "ns/hit", 1000, "it reads ev.value and lets the read pass",
        per_hit("mmio_loop_small", "mmio_read_value", MMIO_READS)),
    Row("timer", "ns", None, "lateness of timers, virtual time being the host's",
        latency("loop", "timer", [("arg.period", 1_000_000)], unit_ns=1)),
    Row("timer_icount", "ns", 0, "the same under -icount, every sample",
        latency("loop_small", "timer", [("arg.period", 50_000)], ICOUNT, 1)),
    Row("work_busy", "us", 100, "fi.defer until it runs on another vCPU in a loop",
        latency("smp", "work_busy", [("arg.n", N_CROSS)], unit_ns=1e3)),
    Row("work_halted", "us", 100, "the same, the other vCPU in WFI",
        latency("smp", "work_halted", [("arg.n", N_CROSS)], unit_ns=1e3)),
    Row("live_arm", "ms", 1, "a request on the socket to arm an on_pc in the hot loop, until live: 99th percentile",
        live_latency("on_pc('hot', {limit = 1}, function() n = n + 1 end)", "n == 400", 1e-3)),
    Row("live_eval", "us", None, "a request on the socket for a value, until its reply",
        live_latency("1", "n == 0", 1e-6)),
    Row("live_idle", "x", 1.05, "a socket that nobody uses", socket_open),
    Row("memory", "MiB", None, "peak RSS with an empty script, over plain", memory),
]
FORMAT = {"x": "{:.3f}", "flushes": "{:.0f}", "ns/hit": "{:.1f}", "ms": "{:.3f}", "us": "{:.1f}", "ns": "{:.0f}",
          "MiB": "{:.1f}"}
EVERY_SAMPLE = {"timer_icount"}     # rows of which each sample has to keep to the target, not only the median
NINETY_NINTH = {"live_arm"}         # rows of which the 99th percentile has to
ON_REQUEST = {"mmio_patch"}         # rows that need an option



def extra_text(unit, extra):
    texts = {
        "p99": f"99th percentile {FORMAT[unit]} {unit}", "count": "{} samples", "arming_ms": "the handler took {:.1f} ms",
        "base_mib": "plain {:.1f} MiB",
    }
    return ", ".join(texts[key].format(value) for key, value in extra.items() if key in texts)


def table_line(row, result):
    show = FORMAT[row.unit].format
    low, high = show(result.low), show(result.high)
    columns = [
        f"{row.name:<15}", f"{show(result.value):>8} {row.unit:<8}",
        f"{low + '..' + high if result.low != result.high else '':<17}",
        f"{show(result.best) if result.best is not None else '':>8}",
        f"{'<= ' + format(row.target, 'g') if row.target is not None else '-':<8}", row.what,
    ]
    text = " ".join(columns)
    more = extra_text(row.unit, result.extra)
    if more:
        text += f" ({more})"
    if above(row, result):
        text += "  ABOVE TARGET"
    return text


def above(row, result):
    if row.target is None:
        return False
    worst = result.value
    if row.name in EVERY_SAMPLE:
        worst = max(result.high, -result.low)
    elif row.name in NINETY_NINTH:
        worst = result.extra["p99"]
    return worst > row.target


def as_json(row, result):
    return {"name": row.name, "what": row.what, "unit": row.unit, "target": row.target, "above_target": above(row, result),
            "value": result.value, "min": result.low, "max": result.high, "best": result.best, "samples": result.samples,
            **result.extra}


def first_line(command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()[0]


def checked_unpatched(path, version):
    """The absolute path; what the row says is only true of the same QEMU without the patch."""
    if not path.is_file():
        raise CannotRun(f"--unpatched: there is no file {path}")
    if MMIO_PATCH in path.read_bytes():
        raise CannotRun(f"--unpatched: {path} has the patches applied")
    theirs = first_line([path.resolve(), "--version"])
    if theirs != version:
        raise CannotRun(f"--unpatched: {path} is {theirs}, but the patched one is {version}")
    return str(path.resolve())


def arguments():
    parser = argparse.ArgumentParser(prog="./fi bench", description="Measures what fi_lua costs, see bench/README.md.")
    parser.add_argument("--pairs", type=int, metavar="N", help=f"pairs of runs for a row (default {DEFAULT_PAIRS})")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_PAIRS} pairs")
    parser.add_argument("--only", action="append", metavar="NAME", choices=[row.name for row in ROWS],
                        help="only this row; may be repeated: " + ", ".join(row.name for row in ROWS))
    parser.add_argument("--unpatched", type=pathlib.Path, metavar="QEMU",
                        help="an unpatched qemu-system-aarch64, built from the same source in the same way: adds the row " +
                             ", ".join(sorted(ON_REQUEST)))
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the numbers there as well")
    options = parser.parse_args()
    if options.pairs is None:
        options.pairs = QUICK_PAIRS if options.quick else DEFAULT_PAIRS
    if options.pairs < 1:
        parser.error("--pairs needs a number from 1 on")
    if ON_REQUEST.intersection(options.only or ()) and not options.unpatched:
        parser.error("--only mmio_patch needs --unpatched QEMU to compare with")
    return options


def measure_all(bench, options):
    """Prints a line for each row; returns the results and the number of rows that could not run."""
    results, failed = [], 0
    for row in ROWS:
        if (options.only and row.name not in options.only) or (row.name in ON_REQUEST and not options.unpatched):
            continue
        try:
            result = row.measure(bench, options.pairs)
        except CannotRun as error:
            print(f"{row.name:<15} could not run: {error}", flush=True)
            failed += 1
            continue
        print(table_line(row, result), flush=True)
        results.append(as_json(row, result))
    return results, failed


def main():
    options = arguments()
    qemu = os.environ.get("FI_QEMU_BIN")
    build = pathlib.Path(os.environ.get("FI_BUILD_DIR") or HERE.parent / "build")
    if not qemu:
        sys.exit("bench: FI_QEMU_BIN does not name a QEMU: call ./fi bench")
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="fi_bench.") as directory:
        try:
            version = first_line([qemu, "--version"])
            unpatched = checked_unpatched(options.unpatched, version) if options.unpatched else None
            bench = Bench(qemu, build, pathlib.Path(directory), unpatched)
        except (CannotRun, OSError, subprocess.SubprocessError) as error:
            sys.exit(f"bench: {error}")
        print(f"{version}, {os.cpu_count()} CPUs, {options.pairs} pairs of runs for a ratio (CPU time)")
        print("load average {:.2f} {:.2f} {:.2f}".format(*load) +
              (": the machine is busy, expect wide spreads" if load[0] > 0.5 else ""))
        print(f"\n{'name':<15} {'median':>8} {'unit':<8} {'min..max':<17} {'best':>8} {'target':<8} what", flush=True)
        results, failed = measure_all(bench, options)
    if options.json:
        document = {"qemu": version, "cpus": os.cpu_count(), "load_average": load, "pairs": options.pairs, "rows": results}
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
