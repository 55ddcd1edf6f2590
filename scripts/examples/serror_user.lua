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
--     {"n":2,"t":26136785,"kind":"fault","vcpu":0,"pc":"0x40203620","at":"spin_el0","trigger":"serror_user","hit":501,
--     "action":"exception","target":"serror","info":{"esr_iss":"0x1811","pending":false}}

local serror_user = require "fi.scenarios.serror_user"

local fault = serror_user.arm{code = "el0_loop", calls = 500, kind = "corrected"}

on_exit(function()
    fi.log("%s", fault:report())
end)
