-- SPDX-License-Identifier: MIT
-- Interrupts that no device has raised, and one that should come and does not. The guest counts by INTID: the UART's,
-- 33, is suppressed; 40 comes though nothing is connected there, and so does 3, software-generated, that no core sent.
--
-- fi: guest=interrupts machine=virt,gic-version=3 compare=golden
--
-- Output:
--     golden run:
--     gic v3 cores 1
--     core 0: 27x1 33x1
--     handled 2 of 2
--
--     faulty run:
--     gic v3 cores 1
--     core 0: 3x1 27x1 40x1
--     handled 3 of 3
--     journal:
--     {"n":2,"t":1608981,"kind":"fault","vcpu":0,"pc":"0x40203110","at":"before_wait","trigger":"on_pc before_wait",
--     "hit":1,"action":"write_memory","target":"0x40413034","space":"virt","size":4,"old":"0x2","new":"0x3"}
--     {"n":3,"t":1664594,"kind":"fault","vcpu":0,"pc":"0x40203110","at":"before_wait","trigger":"on_pc before_wait",
--     "hit":1,"action":"irq","target":"spi 33","info":{"op":"suppress"}}
--     {"n":4,"t":1668231,"kind":"fault","vcpu":0,"pc":"0x40203110","at":"before_wait","trigger":"on_pc before_wait",
--     "hit":1,"action":"irq","target":"spi 40","info":{"op":"pulse"}}
--     {"n":5,"t":1671902,"kind":"fault","vcpu":0,"pc":"0x40203110","at":"before_wait","trigger":"on_pc before_wait",
--     "hit":1,"action":"irq","target":"sgi 3 vcpu 0","info":{"op":"pulse","via":"register"}}

on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = 3
    fi.irq.suppress{spi = 33}
    fi.irq.pulse{spi = 40}
    fi.irq.pulse{sgi = 3}
end)
