-- SPDX-License-Identifier: GPL-2.0-or-later
-- The external interrupts of an M-profile CPU's NVIC are numbered from 0; exception numbers are 16 higher.
-- The guest has no handler for them and stops.
--! guest: mchecksum
--! requires: discontinuity
--! stdout: FAULT
--! journal: {"kind":"fault","action":"irq","target":"irq 5","info":{"op":"pulse"}}
--! checks: 2

local check = require "fi.check"
local NVIC_ISER0 = 0xe000e100

on_pc("checksum", {limit = 1}, function()
    mem.u32[NVIC_ISER0] = 1 << 5
    fi.irq.pulse{irq = 5}
    local ok, message = pcall(fi.irq.pulse, {irq = 400})
    check.ok(not ok and message:find("irq = 400: this machine's interrupt controller has 0 to ", 1, true), message)
end)
on_interrupt({limit = 1}, function(ev)
    check.eq(ev.number, 16 + 5)
end)
