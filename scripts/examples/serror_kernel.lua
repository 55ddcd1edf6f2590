-- SPDX-License-Identifier: MIT
-- An SError comes while the guest is in a function at EL1; its syndrome says that the error cannot be contained. This
-- guest only says what came.
--
-- fi: guest=exc compare=golden
--
-- Output:
--     golden run:
--     start el1, running at el1
--     unmasked: end, 0 exceptions
--     masked: isr 0x0
--     masked: end, 0 exceptions
--     wfi: end, 0 exceptions
--     el0: end, 0 exceptions
--
--     faulty run:
--     start el1, running at el1
--     unmasked: serror el1 to el1 esr 0xbe000011 elr spin_unmasked+0x0
--     unmasked: end, 1 exceptions
--     masked: isr 0x0
--     masked: end, 0 exceptions
--     wfi: end, 0 exceptions
--     el0: end, 0 exceptions
--     fi_lua: serror_kernel: 1 fault: SError with ISS 0x11 at EL1, in place of spin_unmasked
--     journal:
--     {"n":2,"t":1402085,"kind":"fault","vcpu":0,"pc":"0x402035e0","at":"spin_unmasked","trigger":"serror_kernel",
--     "hit":1,"action":"write_register","target":"cpsr","old":"0x80000005","new":"0x800000c5",
--     "info":{"model":"serror"}}
--     {"n":3,"t":1456457,"kind":"fault","vcpu":0,"pc":"0x402035e0","at":"spin_unmasked","trigger":"serror_kernel",
--     "hit":1,"action":"exception","target":"serror","info":{"esr_iss":"0x11","pending":false}}
--     {"n":5,"t":1521805,"kind":"fault","vcpu":0,"pc":"0x40201380","at":"vectors+0x380",
--     "trigger":"serror_kernel: taken","hit":1,"action":"write_register","target":"spsr_el1","old":"0x800000c5",
--     "new":"0x80000005","info":{"model":"serror"}}

local serror_kernel = require "fi.scenarios.serror_kernel"

local fault = serror_kernel.arm{code = "spin_unmasked", kind = "uncontainable"}

on_exit(function()
    fi.log("%s", fault:report())
end)
