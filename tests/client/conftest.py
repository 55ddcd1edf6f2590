# SPDX-License-Identifier: GPL-2.0-or-later
import pathlib
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "python"))


@pytest.fixture(autouse=True)
def no_thread_left():
    """A client that was closed leaves no thread behind."""
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.fixture
def path(tmp_path):
    return tmp_path / "fi.sock"
