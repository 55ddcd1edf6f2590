-- SPDX-License-Identifier: MIT
-- Two PIN checks, each asked 64 times about a wrong PIN. In each call another instruction is skipped: three of those of
-- the naive check let the PIN pass then, none of the hardened one. Three in a row are too many for it: --arg width=3
--
-- A guest that calls its check once only has one run for each instruction, and needs no script. This names 10, 12, 20,
-- 21 and 22 of the 24 (pytest/test_skip_sweep.py does the same for a hardened check):
--
--     for i in $(seq 24); do
--         ./fi run --scenario skip_sweep --arg code=check_pin --arg index=$i --machine stm32vldiscovery \
--             --kernel build/tests/guest/pin.elf 2>&1 | grep -q ^GRANTED && echo $i
--     done
--
-- fi: guest=pin64 compare=golden args=width=1
--
-- Output, with --seed 1:
--     golden run:
--     naive: 64 asked, 0 granted
--     hardened: 64 asked, 0 granted, 0 alarms
--
--     faulty run:
--     naive: 64 asked, 3 granted
--     hardened: 64 asked, 0 granted, 14 alarms
--     fi_lua: naive: 7 instructions skipped, 3 are weak
--     fi_lua:     check_naive+0x10, opcode 0x540000c1
--     fi_lua:     check_naive+0x28, opcode 0x52800000
--     fi_lua:     check_naive+0x2c, opcode 0xd65f03c0
--     fi_lua: hardened: 29 instructions skipped, 0 are weak
--     journal:
--     {"n":2,"t":927541,"kind":"fault","vcpu":0,"pc":"0x40202da4","at":"check_naive","trigger":"naive","hit":2,
--     "action":"skip","old":"0xd2800002"}
--     (35 more)

local skip_sweep = require "fi.scenarios.skip_sweep"

local width = math.tointeger(tonumber(fi.args.width))

local naive = skip_sweep.arm{code = "check_naive", width = width, name = "naive"}
local hardened = skip_sweep.arm{code = "check_hardened", width = width, forbidden = 0x5aa5c33c, name = "hardened"}

on_exit(function()
    for _, fault in ipairs{naive, hardened} do
        fi.log("%s: %d instructions skipped, %d are weak", fault.name, fault.injected, #fault.weak)
        for _, result in ipairs(fault.weak) do
            fi.log("    %s, opcode 0x%x", result.at, result.opcode)
        end
    end
end)
