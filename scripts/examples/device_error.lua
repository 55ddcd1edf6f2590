-- SPDX-License-Identifier: MIT
-- A device's own error, as its model declares it: characters arrive at the UART with a framing error and wrong parity.
-- The driver reads the error bits with the character. print(fi.device.list()) shows what all devices have.
--
-- fi: guest=uart_rx compare=golden
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
--     dr 0x06f rsr 0x0 ris 0x190
--     dr 0x06b rsr 0x0 ris 0x010
--     dr 0x00a rsr 0x0 ris 0x010
--     dr 0x141 rsr 0x1 ris 0x010
--     dr 0x242 rsr 0x2 ris 0x010
--     received 5 of 5, ris 0x0
--     journal:
--     {"n":2,"t":1318898,"kind":"fault","vcpu":0,"pc":"0x40202f80","at":"before_wait","trigger":"on_pc before_wait",
--     "hit":1,"action":"write_memory","target":"0x40400000","space":"virt","size":4,"old":"0x3","new":"0x5"}
--     {"n":3,"t":1534690,"kind":"fault","vcpu":0,"pc":"0x40202f80","at":"before_wait","trigger":"on_pc before_wait",
--     "hit":1,"action":"device_fault","target":"pl011 framing","info":{"data":"0x41"}}
--     {"n":4,"t":1650663,"kind":"fault","vcpu":0,"pc":"0x40202f80","at":"before_wait","trigger":"on_pc before_wait",
--     "hit":1,"action":"device_fault","target":"pl011 parity","info":{"data":"0x42"}}

on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = 5
    fi.device.fault("pl011", "framing", {data = string.byte("A")})
    fi.device.fault("pl011", "parity", {data = string.byte("B")})
end)
