-- SPDX-License-Identifier: MIT
-- Exceptions that nothing has caused: an external abort on a load that did not happen, and an SError while the guest
-- masks it, which stays pending until it no longer does. The guest says what it took, where, and with which syndrome.
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
--     unmasked: sync el1 to el1 esr 0x96000010 far 0x9010004 elr spin_unmasked+0x0
--     unmasked: end, 1 exceptions
--     fi_lua: SError is pending
--     masked: isr 0x100
--     masked: serror el1 to el1 esr 0xbe00002a elr unmask+0x4
--     masked: end, 1 exceptions
--     wfi: end, 0 exceptions
--     el0: end, 0 exceptions
--     journal:
--     {"n":2,"t":1220301,"kind":"fault","vcpu":0,"pc":"0x402035e0","at":"spin_unmasked",
--     "trigger":"on_pc unmasked_loop","hit":501,"action":"exception","target":"external_abort",
--     "info":{"far":"0x9010004","pending":false}}
--     {"n":4,"t":2032934,"kind":"fault","vcpu":0,"pc":"0x40203600","at":"spin_masked","trigger":"on_pc masked_loop",
--     "hit":501,"action":"exception","target":"serror","info":{"esr_iss":"0x2a","pending":true}}

on_pc("unmasked_loop", {after = 500, limit = 1}, function()
    fi.exception.external_abort{far = 0x09010004}
end)

on_pc("masked_loop", {after = 500, limit = 1}, function()
    fi.log("SError is %s", fi.exception.serror{iss = 0x2a})
end)
