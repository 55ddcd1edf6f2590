-- SPDX-License-Identifier: MIT
-- A bit of w1, w2 or w3 flips while the guest sums up its buffer: the count, the sum, or the word that is added next.
--
-- fi: guest=checksum compare=golden
--
-- Output:
--     golden run:
--     checksum 0xdc92167d
--
--     faulty run:
--     checksum 0xdc90b76d
--     fi_lua: seu_registers: 1 fault: bit 23 of w2 flipped at checksum+0xc
--     journal:
--     {"n":3,"t":976927,"kind":"fault","vcpu":0,"pc":"0x40202ccc","at":"checksum+0xc","trigger":"seu_registers: insn",
--     "hit":413,"action":"write_register","target":"w2","old":"0x4bc27eeb","new":"0x4b427eeb",
--     "info":{"bits":"23","duration":"transient","model":"bit-flip","upset":"SEU"}}

local seu_registers = require "fi.scenarios.seu_registers"

local fault = seu_registers.arm{code = "checksum", insns = 500, registers = {"w1", "w2", "w3"}}

on_exit(function()
    fi.log("%s", fault:report())
end)
