-- SPDX-License-Identifier: MIT
-- A core that sleeps in WFI goes astray: 20 ms after all began to wait, core 2's program counter moves to the function
-- that switches the machine off, which it enters when its next tick wakes it. fi.defer reaches any vCPU, executing,
-- halted or stopped. That one interrupt more is expected than comes makes the guest wait.
--
-- fi: guest=interrupts machine=virt,gic-version=3 smp=4 compare=golden
--
-- Output:
--     golden run:
--     gic v3 cores 4
--     core 0: 27x1 33x1
--     core 1: 27x1
--     core 2: 27x1
--     core 3: 27x1
--     handled 5 of 5
--
--     faulty run:
--     gic v3 cores 4
--     journal:
--     {"n":2,"t":22568208,"kind":"fault","vcpu":0,"pc":"0x40203180","at":"before_wait","trigger":"on_pc before_wait",
--     "hit":1,"action":"write_memory","target":"0x40413014","space":"virt","size":4,"old":"0x5","new":"0x6"}
--     {"n":5,"t":42681167,"kind":"fault","vcpu":2,"pc":"0x40203000","at":"wait_on_core+0x80","trigger":null,"hit":null,
--     "action":"set_pc","target":"pc","old":"0x40203000","new":"0x40202ac0"}

on_pc("before_wait", {limit = 1}, function()
    mem.u32.expected = mem.u32.expected + 1
    after_ns(20000000, function()
        fi.defer(2, function() cpu.pc = fi.symbol("power_off") end)
    end)
end)
