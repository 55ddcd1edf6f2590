-- SPDX-License-Identifier: MIT
-- System registers as the guest's MRS and MSR meet them: an ID register names another CPU, a bit flips on its way into
-- TPIDR_EL1 (the register it comes from is left alone), a write of CONTEXTIDR_EL1 gets lost.
--
-- fi: guest=sysreg compare=golden
--
-- Output:
--     golden run:
--     tpidr 0x1234
--     contextidr 0x56
--     midr 0x410fd034
--
--     faulty run:
--     fi_lua: TPIDR_EL1: 0x1234 from x0
--     tpidr 0x1224
--     contextidr 0x0
--     midr 0x411fd070
--     journal:
--     {"n":3,"t":628628,"kind":"fault","vcpu":0,"pc":"0x40202cac","at":"write_tpidr",
--     "trigger":"on_sysreg_write TPIDR_EL1","hit":1,"action":"sysreg_write","target":"TPIDR_EL1","old":"0x1234",
--     "new":"0x1224","info":{"bits":"4","duration":"transient","model":"bit-flip"}}
--     {"n":5,"t":896578,"kind":"fault","vcpu":0,"pc":"0x40202cb4","at":"write_contextidr",
--     "trigger":"on_sysreg_write CONTEXTIDR_EL1","hit":1,"action":"sysreg_drop","target":"CONTEXTIDR_EL1",
--     "old":"0x56","info":{"duration":"transient","model":"dropped-write"}}
--     {"n":7,"t":4988895,"kind":"fault","vcpu":0,"pc":"0x40202cd0","at":"read_midr",
--     "trigger":"on_sysreg_read MIDR_EL1","hit":1,"action":"sysreg_read","target":"MIDR_EL1","old":null,
--     "new":"0x411fd070"}

local sysreg = require "fi.sysreg"

local CORTEX_A57 = 0x411fd070

on_sysreg_read("MIDR_EL1", function()
    return CORTEX_A57
end)

on_sysreg_write("TPIDR_EL1", {limit = 1}, function(ev)
    fi.log("%s: 0x%x from x%d", ev.name, ev.value, ev.rt)
    return ev.value ~ (1 << 4), {model = "bit-flip", duration = "transient", bits = "4"}
end)

sysreg.drop_writes("CONTEXTIDR_EL1", {limit = 1})
