# SPDX-License-Identifier: MIT
"""A campaign with the library's scenario skip_sweep: one run for each instruction of a PIN check, which is skipped once."""
import conftest
import pytest

RUN_SCENARIO = conftest.ROOT / "scripts" / "stdlib" / "fi" / "run_scenario.lua"
INSTRUCTIONS = range(1, 36)  # of check_hardened


@pytest.fixture
def skipped(start, needs):
    """skipped(code, index) runs the guest to its end and gives what it has printed."""
    def run(code, index):
        qemu = start("pin64", script=RUN_SCENARIO, paused=True,
                     options={"arg.scenario": "skip_sweep", "arg.code": code, "arg.index": index})
        needs(qemu.client, "set_pc")
        qemu.cont()
        assert qemu.wait() == 0
        return qemu.stdout

    return run


@pytest.mark.parametrize("index", INSTRUCTIONS)
def test_no_skip_opens_the_hardened_check(skipped, index):
    assert "hardened: 64 asked, 0 granted" in skipped("check_hardened", index)


@pytest.mark.parametrize("index", [5, 11, 12])
def test_the_naive_check_is_weak(skipped, index):
    assert "naive: 64 asked, 1 granted" in skipped("check_naive", index)
