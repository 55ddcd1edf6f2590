-- SPDX-License-Identifier: MIT
-- An SError comes while the guest is at EL0; its syndrome says that the error has been corrected. This guest only says
-- what came.
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
--     unmasked: end, 0 exceptions
--     masked: isr 0x0
--     masked: end, 0 exceptions
--     wfi: end, 0 exceptions
--     el0: serror el0 to el1 esr 0xbe001811 elr spin_el0+0x0
--     el0: end, 1 exceptions
--     fi_lua: serror_user: 1 fault: SError with ISS 0x1811 at EL0, in place of spin_el0
--     journal:
--     {"n":2,"t":27357999,"kind":"fault","vcpu":0,"pc":"0x40203620","at":"spin_el0","trigger":"serror_user","hit":501,
--     "action":"write_register","target":"cpsr","old":"0x20000000","new":"0x200000c0","info":{"model":"serror"}}
--     {"n":3,"t":27451900,"kind":"fault","vcpu":0,"pc":"0x40203620","at":"spin_el0","trigger":"serror_user","hit":501,
--     "action":"exception","target":"serror","info":{"esr_iss":"0x1811","pending":false}}
--     {"n":5,"t":27483558,"kind":"fault","vcpu":0,"pc":"0x40201580","at":"vectors+0x580",
--     "trigger":"serror_user: taken","hit":1,"action":"write_register","target":"spsr_el1","old":"0x200000c0",
--     "new":"0x20000000","info":{"model":"serror"}}

local serror_user = require "fi.scenarios.serror_user"

local fault = serror_user.arm{code = "el0_loop", calls = 500, kind = "corrected"}

on_exit(function()
    fi.log("%s", fault:report())
end)
