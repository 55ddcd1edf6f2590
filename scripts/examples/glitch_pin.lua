-- SPDX-License-Identifier: MIT
-- A PIN check on a Cortex-M3, and a glitch that skips one of its instructions: a wrong PIN is accepted. Other
-- instructions: ./fi run --arg skip=pin_i12 scripts/examples/glitch_pin.lua (pin_i0 to pin_i23)
--
-- fi: guest=pin machine=stm32vldiscovery compare=golden args=skip=pin_i19
--
-- Output:
--     golden run:
--     DENIED
--
--     faulty run:
--     fi_lua: check_pin+0x34: 2 bytes, opcode 0x2f00
--     GRANTED
--     journal:
--     {"n":2,"t":892018,"kind":"fault","vcpu":0,"pc":"0x260","at":"check_pin+0x34","trigger":"on_pc pin_i19",
--     "hit":1,"action":"skip","old":"0x2f00"}

local faults = require "fi.faults"

faults.skip(fi.args.skip, {persistence = "once"})

on_pc(fi.args.skip, {limit = 1}, function(ev)
    fi.log("%s: %d bytes, opcode 0x%x", fi.symbols.at(ev.pc), ev.insn_size, ev.opcode)
end)
