-- SPDX-License-Identifier: MIT
-- The guest hangs with its interrupts masked, and its watchdog must bite: first it gives an NMI, which comes through
-- and helps nothing, and then it resets the machine, as is expected.
--
-- fi: guest=mwatchdog machine=mps2-an385 icount=shift=3,sleep=off compare=golden
--
-- Output:
--     golden run:
--     boot 1
--     done
--
--     faulty run:
--     boot 1
--     nmi
--     fi_lua: verdict: detected (the watchdog has bitten: a reset)
--     journal:
--     {"n":2,"t":50001824,"kind":"fault","vcpu":0,"pc":"0x1d0","at":"work","trigger":"watchdog_bite","hit":6,
--     "action":"write_memory","target":"0x1d0","space":"virt","size":4,"old":"0x22e0f04f","new":"0xe7feb672",
--     "info":{"duration":"permanent","model":"hang"}}
--     {"n":3,"t":50001824,"kind":"fault","vcpu":0,"pc":"0x1d0","at":"work","trigger":"watchdog_bite","hit":6,
--     "action":"retry"}

local verdict = require "fi.verdict"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

verdict.rules{expect = "detected"}
verdict.fault(watchdog_bite.arm{how = "hang", code = "work", calls = 5, bite = "reset", within_ns = 2000000000})
