-- SPDX-License-Identifier: MIT
-- A chain over a device and virtual time as straight code: a task waits until the guest turns the UART's loopback on
-- and off again, then 5 ms, and has the UART receive a character with a framing error.
--
-- fi: guest=uart_rx icount=shift=3 compare=golden
--
-- Output:
--     golden run:
--     ok
--     dr 0x06f rsr 0x0 ris 0x010
--     dr 0x06b rsr 0x0 ris 0x010
--     dr 0x00a rsr 0x0 ris 0x010
--     received 3 of 3, ris 0x0
--
--     faulty run:
--     ok
--     fi_lua: 0x301 is written to pl011, 5 ms to go
--     dr 0x06f rsr 0x0 ris 0x010
--     dr 0x06b rsr 0x0 ris 0x010
--     dr 0x00a rsr 0x0 ris 0x010
--     dr 0x141 rsr 0x1 ris 0x090
--     received 4 of 4, ris 0x0
--     journal:
--     {"n":3,"t":687396,"kind":"fault","vcpu":0,"pc":"0x40203180","at":"main+0xa0",
--     "trigger":"on_mmio_write pl011+0x30","hit":1,"action":"write_memory","target":"0x40400000","space":"virt",
--     "size":4,"old":"0x3","new":"0x4"}
--     {"n":4,"t":5714687,"kind":"fault","vcpu":0,"pc":null,"at":null,"trigger":"after_ns 5000000","hit":1,
--     "action":"device_fault","target":"pl011 framing","info":{"data":"0x41"}}

local CONTROL, LOOPBACK = 0x30, 1 << 7

task(function()
    wait_mmio_write({"pl011", offset = CONTROL}, {value = LOOPBACK, mask = LOOPBACK})
    local ev = wait_mmio_write({"pl011", offset = CONTROL}, {value = 0, mask = LOOPBACK})
    fi.log("0x%x is written to %s, 5 ms to go", ev.value, ev.region)
    mem.u32.expected = 4
    wait_ns(5000000)
    fi.device.fault("pl011", "framing", {data = 0x41})
end)
