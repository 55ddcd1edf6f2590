-- SPDX-License-Identifier: MIT
-- fi.sysreg by itself: wrong arguments are found when the fault is armed, and blamed on this file; and one fault of each
-- kind. More of them are in tests/scenarios/stdlib.
--! guest: sysregs
--! requires: set_pc
--! stdout: id 0x5
--! stdout: counter stands still
--! stdout: tpidr 0x1235 kept 0x1234
--! stdout: nzcv 0x60000000 kept 0x60000000
--! stdout: contextidr sum 0 kept 36
--! stdout: daif 0x1c0 0x3c0
--! stdout: tpidrro 0x0
--! stdout: vbar second kept
--! stdout: irq 0 saw 0x0 kept 0x3c0
--! stdout: el0 tpidr 0x77 kept 0x77 trap saw 0x99 kept 0x99
--! journal: {"kind":"fault","action":"sysreg_read","target":"ID_AA64ISAR0_EL1","old":"0x11120","new":"0x5","info":{"model":"value","duration":"permanent"}}
--! journal: {"kind":"fault","action":"sysreg_read","target":"CNTVCT_EL0","hit":2,"info":{"model":"frozen","duration":"permanent"}}
--! journal: {"kind":"fault","action":"sysreg_write","target":"TPIDR_EL1","old":"0x1234","new":"0x1235","info":{"model":"stuck-at-1","duration":"permanent","bits":"0"}}
--! journal: {"kind":"fault","action":"sysreg_drop","target":"CONTEXTIDR_EL1","hit":8,"old":"0x8","info":{"model":"dropped-write","duration":"permanent"}}
--! journal-count: fault 11
--! checks: 26

local check = require "fi.check"
local sysreg = require "fi.sysreg"

sysreg.override("ID_AA64ISAR0_EL1", 5)
local frozen = sysreg.freeze("CNTVCT_EL0")
local stuck = sysreg.stuck_at("TPIDR_EL1", 0, 1, {el = 1})
sysreg.drop_writes("CONTEXTIDR_EL1")

local function rejected(wanted, fn, ...)
    local ok, message = pcall(function(...) fn(...) end, ...)
    check.ok(not ok and message:find(wanted, 1, true), string.format("%q says %q", tostring(message), wanted))
    check.ok(not ok and message:find("sysreg.test.lua:%d+: "), "the place is ours: " .. tostring(message))
end

rejected("unknown system register 'TPIDR_EL9' (near: TPIDR_EL0, TPIDR_EL1", sysreg.override, "TPIDR_EL9", 1)
rejected("the value must be an integer or a function, not a string", sysreg.override, "TPIDR_EL1", "1")
rejected("unknown option 'value' (known: after, el, ", sysreg.override, "TPIDR_EL1", 1, {value = 1})
rejected("the options must be a table, not a number", sysreg.drop_writes, "TPIDR_EL1", 1)
rejected("sysreg.freeze: unknown option 'limit' (known: after, el, name, vcpu, when)", sysreg.freeze, "TPIDR_EL1",
         {limit = 1})
rejected("a bit is a whole number from 0 to 63, not 64", sysreg.stuck_at, "TPIDR_EL1", 64, 1)
rejected("a bit is a whole number from 0 to 63, not x", sysreg.stuck_at, "TPIDR_EL1", {1, "x"}, 1)
rejected("at least one bit number", sysreg.stuck_at, "TPIDR_EL1", {}, 1)
rejected("the value must be 0 or 1, not 2", sysreg.stuck_at, "TPIDR_EL1", 1, 2)
rejected("unknown option 'after' (known: el, name, vcpu, when)", sysreg.stuck_at, "TPIDR_EL1", 1, 1, {after = 1})
rejected("DAIFSet can only be written", sysreg.stuck_at, "DAIFSet", 1, 1)

check.at_exit(function()
    check.eq(#fi.triggers(), 7, "what was rejected has armed nothing")
    check.ok(frozen.values[0] > 0, "the counter's value")
    check.eq(frozen.trigger.fired, 2, "reads of the counter")
    check.eq(stuck.forced, 1, "what was written was forced, and needed nothing when read")
end)
