# SPDX-License-Identifier: MIT
"""A guest that runs is looked at and changed: `forever` counts in `spins`, in a loop at `spin`."""
import fi_client
import pytest

DEFERRED = "-- a scenario that arms nothing yet\n"
WATCH = 'on_pc("spin", {{name = "{name}", limit = 1}}, function() fi.note{{seen = "{name}"}} end)\n'


@pytest.fixture
def qemu(start):
    qemu = start("forever", paused=True)
    qemu.client.subscribe("console", "hits")
    qemu.cont()
    qemu.client.wait_console("running\n")
    return qemu


def let_it_count(fi):
    """Waits until the guest has counted on."""
    fi.run('on_write("spins", {name = "counted", limit = 1}, function() end)')
    fi.wait_for_event(lambda event: event.get("trigger") == "counted")


def test_memory_changes_while_the_guest_runs(qemu):
    fi = qemu.client
    assert fi.eval("mem.u64.spins") < 1 << 62
    fi.run("mem.u64.spins = 1 << 62")
    let_it_count(fi)
    assert fi.eval("mem.u64.spins") > 1 << 62


def test_a_trigger_on_code_that_is_already_hot(qemu):
    fi = qemu.client
    fi.run('on_pc("spin", {name = "hot", every = 1000, limit = 3}, function(ev) print("hit", ev.hits) end)')
    hits = [fi.wait_for_event("hit") for _ in range(3)]
    assert [hit["trigger"] for hit in hits] == ["hot"] * 3
    assert [hit["hits"] for hit in hits] == [1, 1001, 2001]


def test_what_a_chunk_gives_and_prints(qemu):
    result = qemu.client.run('print("spins has", select(2, fi.symbol("spins"))) return "text", {1, 2}, cpu.pc')
    assert result.output == "spins has\t8\tobject\n"
    assert result.values == ("text", [1, 2], pytest.approx(0x40200000, abs=0x100000))


def test_an_error_has_its_line_and_a_traceback(qemu):
    with pytest.raises(fi_client.FiRuntimeError, match="test:2: .*no_such_function") as caught:
        qemu.client.run("local x = 1\nno_such_function(x)", name="test")
    assert "traceback" in caught.value.traceback


def test_a_chunk_that_does_not_end_is_interrupted(qemu):
    fi = qemu.client
    endless = fi.submit("print('begun') while true do end")
    fi.wait_for_event("print")
    assert fi.interrupt(endless)
    with pytest.raises(fi_client.FiInterrupted):
        endless.result()
    assert fi.eval("1 + 1") == 2


def test_a_stopped_guest_answers_too(qemu, needs):
    fi = qemu.client
    needs(fi, "vcpu_work")
    qemu.stop()
    assert fi.eval("mem.u64.spins") == fi.eval("mem.u64.spins")
    fi.run("mem.u64.spins = 0")
    qemu.cont()
    let_it_count(fi)
    assert fi.eval("mem.u64.spins") > 0


def test_the_scenario_is_edited_and_loaded_again(start, tmp_path):
    scenario = tmp_path / "scenario.lua"
    scenario.write_text(DEFERRED)
    fi = start("forever", script=scenario).client
    fi.subscribe("hits")
    scenario.write_text(WATCH.format(name="first") + WATCH.format(name="second"))
    assert fi.reload() == 2
    assert {fi.wait_for_event("hit")["trigger"] for _ in range(2)} == {"first", "second"}


def test_a_scenario_with_an_error_leaves_the_old_one(start, tmp_path):
    scenario = tmp_path / "scenario.lua"
    scenario.write_text('on_pc("spin", {name = "old", every = 1000}, function() end)\n')
    fi = start("forever", script=scenario).client
    scenario.write_text('on_pc("spin", {name = "new"}, function() end)\nno_such_function()\n')
    with pytest.raises(fi_client.FiError, match="no_such_function"):
        fi.reload()
    fi.subscribe("hits")
    assert fi.wait_for_event("hit")["trigger"] == "old"
    assert [trigger["name"] for trigger in fi.triggers()] == ["old"]
