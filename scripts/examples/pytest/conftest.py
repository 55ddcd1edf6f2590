# SPDX-License-Identifier: MIT
"""What the tests here share: `start` runs QEMU with the plugin on one of the guests of tests/guest.

The environment says which: FI_QEMU (qemu-system-aarch64, or the build tree that has it), FI_PLUGIN, FI_GUESTS (a directory).
What is not given is taken from the build directory of ./fi, which is FI_BUILD_DIR or build/.
"""
import contextlib
import json
import os
import pathlib
import shutil
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("FI_BUILD_DIR", ROOT / "build"))
sys.path.insert(0, str(ROOT / "scripts" / "python"))

import fi_client  # noqa: E402  # pylint: disable=wrong-import-position

MACHINE = ["-M", "virt", "-cpu", "cortex-a53", "-m", "128", "-display", "none", "-nodefaults", "-nic", "none",
           "-serial", "stdio"]


def built_with():
    """The QEMU that ./fi setup has chosen."""
    with contextlib.suppress(OSError, ValueError):
        options = json.loads((BUILD / "meson-info" / "intro-buildoptions.json").read_text(encoding="utf-8"))
        return next((option["value"] for option in options if option["name"] == "qemu"), None)
    return None


@pytest.fixture(scope="session")
def qemu_binary():
    chosen = os.environ.get("FI_QEMU") or built_with() or shutil.which("qemu-system-aarch64")
    if not chosen:
        pytest.fail("no QEMU: run ./fi setup, or set FI_QEMU")
    path = pathlib.Path(chosen)
    for candidate in (path, path / "qemu-system-aarch64", path / "build" / "qemu-system-aarch64"):
        if candidate.is_file():
            return candidate
    pytest.fail(f"FI_QEMU={chosen} is neither a qemu-system-aarch64 nor a tree with one")


@pytest.fixture
def start(qemu_binary):
    """start("checksum") gives a running fi_client.Qemu; more arguments are those of fi_client.Qemu."""
    guests = pathlib.Path(os.environ.get("FI_GUESTS", BUILD / "tests" / "guest"))
    plugin = os.environ.get("FI_PLUGIN", BUILD / "libfi_lua.so")

    with contextlib.ExitStack() as running:
        def run(guest, *arguments, script=None, options=None, **more):
            kernel = guests / f"{guest}.elf"
            return running.enter_context(fi_client.Qemu(
                [qemu_binary, *MACHINE, "-kernel", kernel, *arguments], plugin=plugin, script=script,
                options={"symbols": kernel, "seed": 1, **(options or {})}, **more))

        yield run


@pytest.fixture
def needs():
    """needs(fi, "timers") skips the test on a QEMU without that capability."""
    def check(fi, *capabilities):
        for capability in capabilities:
            if not fi.eval(f'fi.has("{capability}")', vcpu=None):
                pytest.skip(f"this QEMU does not have the capability {capability}")

    return check
