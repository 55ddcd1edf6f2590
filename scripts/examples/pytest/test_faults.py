# SPDX-License-Identifier: MIT
"""Faults that are there from the first instruction: QEMU is started paused, faults are armed, the guest runs to its end."""
import fi_client
import pytest

HEALTHY = "checksum 0xdc92167d\n"


def run_to_the_end(qemu):
    qemu.cont()
    assert qemu.wait() == 0
    return qemu.stdout


def test_a_healthy_guest_prints_its_checksum(start):
    assert run_to_the_end(start("checksum", paused=True)) == HEALTHY


def test_a_flipped_bit_changes_the_checksum(start):
    qemu = start("checksum", paused=True)
    qemu.client.run("""
        on_pc("checksum_add", {after = 99, limit = 1}, function()
            cpu.w3 = cpu.w3 ~ (1 << 7)
        end)
    """)
    assert run_to_the_end(qemu) == "checksum 0xdc921665\n"


@pytest.mark.parametrize("bit", [0, 13, 31])
def test_no_single_bit_of_the_input_goes_unnoticed(start, bit):
    qemu = start("checksum", paused=True)
    qemu.client.run(f"""
        on_pc("checksum", {{limit = 1}}, function()
            mem.u32["buffer+0x40"] = mem.u32["buffer+0x40"] ~ (1 << {bit})
        end)
    """)
    output = run_to_the_end(qemu)
    assert output.startswith("checksum 0x") and output != HEALTHY


def test_a_device_error_reaches_the_driver(start, needs):
    qemu = start("uart_rx", paused=True)
    needs(qemu.client, "device_fault")
    qemu.client.run("""
        on_pc("before_wait", {limit = 1}, function()
            mem.u32.expected = 4
            fi.device.fault("pl011", "framing", {data = string.byte("A")})
        end)
    """)
    # Bit 8 of the data register is the framing error.
    assert "dr 0x141 " in run_to_the_end(qemu)


def test_a_fault_document_in_xml(start):
    qemu = start("checksum", paused=True)
    address = qemu.client.eval('fi.symbol("checksum_add")', vcpu=None)[0]
    result = qemu.client.xml(f"""
        <Faults>
          <Fault target="CPU_REG" target_data="3" fault_data="0" trigger="PC" trigger_condition="{address:#x}"/>
        </Faults>
    """)
    assert result.faults == 1
    # Each word that is added has become 0.
    assert run_to_the_end(qemu) == "checksum 0x00000000\n"


def test_a_wrong_document_arms_nothing(start):
    qemu = start("checksum", paused=True)
    with pytest.raises(fi_client.FiXmlError) as caught:
        qemu.client.xml('<Faults>\n<Fault target="CPU_REG" trigger="PC" trigger_condition="no number"/>\n</Faults>')
    assert (caught.value.line, caught.value.attribute) == (2, "trigger_condition")
    assert run_to_the_end(qemu) == HEALTHY
