# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds QEMU's command line for a scenario and runs it."""
import dataclasses
import os
import pathlib
import select
import signal
import socket
import subprocess
import time

# What each guest needs; a scenario can add to it. The names are those of tests/guest.
VIRT = ["-M", "virt", "-cpu", "cortex-a53"]
MACHINES = {
    "arm32": ["-M", "virt", "-cpu", "cortex-a15"],
    "exc_at_el2": ["-M", "virt,virtualization=on", "-cpu", "cortex-a53"],
    "exc_route_el2": ["-M", "virt,virtualization=on", "-cpu", "cortex-a53"],
    "exc_route_el3": ["-M", "virt,secure=on", "-cpu", "cortex-a53"],
    "levels": ["-M", "virt,secure=on,virtualization=on", "-cpu", "cortex-a53"],
    "linux": ["-M", "virt,gic-version=3,iommu=smmuv3,dtb-randomness=off", "-cpu", "cortex-a57", "-m", "512"],
    "mchecksum": ["-M", "stm32vldiscovery"],
    "mchecksum_an385": ["-M", "mps2-an385"],
    "mwatchdog": ["-M", "mps2-an385"],
    "pin": ["-M", "stm32vldiscovery"],
    "smmu": ["-M", "virt,iommu=smmuv3", "-cpu", "cortex-a53"],
    "smp": VIRT + ["-smp", "4"],
    "vblk": VIRT + ["-global", "virtio-mmio.force-legacy=false",
                    "-drive", "if=none,id=disk,driver=null-co,read-zeroes=on,size=1M",
                    "-device", "virtio-blk-device,drive=disk"],
}

MODE_ARGUMENTS = {
    "mttcg": ["-accel", "tcg,thread=multi"],
    "single": ["-accel", "tcg,thread=single"],
    # Virtual time must not depend on how long the host sleeps in WFI: sleep=off jumps to the next timer.
    "icount": ["-accel", "tcg,thread=single", "-icount", "shift=3,sleep=off"],
}

# How long to wait for the monitor to hang up after a command.
MONITOR_GRACE = 5


@dataclasses.dataclass
class Result:
    command: list
    stdout: list
    stderr: list
    status: int
    timed_out: bool
    action_done: bool


def escape(value):
    """A comma ends a suboption unless it is doubled."""
    return str(value).replace(",", ",,")


def machine_arguments(scenario):
    arguments = list(MACHINES.get(scenario.guest, VIRT))
    for flag, value in (("-M", scenario.machine), ("-cpu", scenario.cpu), ("-smp", scenario.smp)):
        if value and flag in arguments:
            arguments[arguments.index(flag) + 1] = value
        elif value:
            arguments += [flag, value]
    return arguments


def vcpus(scenario):
    arguments = machine_arguments(scenario) + scenario.qemu
    return int(arguments[arguments.index("-smp") + 1]) if "-smp" in arguments else 1


def command_line(config, scenario, mode, kernel, plugin_options, monitor, more=()):
    plugin = ",".join([escape(config.plugin)] + [f"{key}={escape(value)}" for key, value in plugin_options])
    return [
        config.qemu, *machine_arguments(scenario), *MODE_ARGUMENTS[mode],
        "-display", "none", "-nic", "none", "-serial", "stdio",
        "-monitor", f"unix:{monitor},server=on,wait=off" if monitor else "none",
        "-semihosting-config", "enable=on,target=native",
        "-kernel", str(kernel), *more, *scenario.qemu,
        *(["-plugin", plugin] if plugin_options else []),
    ]


def _perform(action, process, monitor):
    if action.kind == "signal":
        process.send_signal(getattr(signal, "SIG" + action.what))
        return
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(monitor))
        connection.sendall(action.what.encode() + b"\n")
        # QEMU reads the command before it sees that we hung up only if we wait for its end or its echo.
        connection.settimeout(MONITOR_GRACE)
        try:
            while connection.recv(4096):
                pass
        except OSError:
            pass


class _Output:
    """The guest's output, line by line as it comes."""

    def __init__(self, stream):
        self.descriptor = stream.fileno()
        self.data = b""
        self.ended = False

    def read(self, wait):
        """Reads what there is, at most for `wait` seconds; the number of bytes got."""
        ready, _, _ = select.select([self.descriptor], [], [], wait)
        if not ready:
            return 0
        chunk = os.read(self.descriptor, 65536)
        self.ended = not chunk
        self.data += chunk
        return len(chunk)

    def complete_lines(self):
        return self._lines()[:self.data.count(b"\n")]

    def lines(self):
        return self._lines()

    def _lines(self):
        text = self.data.decode("utf-8", "replace")
        lines = [line.rstrip("\r") for line in text.split("\n")]
        return lines[:-1] if lines[-1] == "" else lines


def run(command, directory, timeout, action=None, monitor=None, environment=None):
    """Runs QEMU to its end; kills it after `timeout` seconds."""
    directory = pathlib.Path(directory)
    deadline = time.monotonic() + timeout
    action_done = timed_out = False
    with open(directory / "stderr", "wb") as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                                   env=environment)
    try:
        output = _Output(process.stdout)
        while not output.ended:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                timed_out = True
                break
            if output.read(min(remaining, 1.0)) and action and not action_done:
                if action.after in output.complete_lines():
                    action_done = True
                    _perform(action, process, monitor)
        if not timed_out:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                timed_out = True
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()
    stderr = (directory / "stderr").read_text(encoding="utf-8", errors="replace").splitlines()
    return Result(command, output.lines(), stderr, process.returncode, timed_out, action_done)
