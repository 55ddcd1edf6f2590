-- SPDX-License-Identifier: MIT
-- fi.scenarios.watchdog_bite by itself: what wrong parameters are told, and kicks that are lost: the watchdog gives an
-- NMI and then a reset, after which the guest says that it has started again. On a busy host the NMI could come too late.
--! guest: mwatchdog
--! modes: icount
--! requires: mmio timers clock
--! stdout: boot 1
--! stdout: nmi
--! stdout: boot 2
--! journal: {"kind":"note","data":{"scenario":"watchdog_bite","outcome":"detected","why":"~a reset$"}}
--! checks: 11

local check = require "fi.check"
local watchdog_bite = require "fi.scenarios.watchdog_bite"

local function rejected(wanted, opts)
    local ok, message = pcall(function() watchdog_bite.arm(opts) end)
    check.ok(not ok and message:find("watchdog_bite.test.lua:", 1, true) and message:find(wanted, 1, true),
             ("%q says %q"):format(tostring(message), wanted))
end

local INTCLR <const> = {"cmsdk-apb-watchdog", offset = 0xc, size = 4}

rejected("how = \"kicks\" needs kick", {})
rejected("how = \"hang\" needs code or delay_ns", {how = "hang"})
rejected("kick goes with how = \"kicks\"", {how = "hang", code = "work", kick = INTCLR})
rejected("kicks goes with how = \"kicks\"", {how = "hang", code = "work", kicks = 2})
rejected("bite = \"interrupt\" needs handler, exception or line", {kick = INTCLR, bite = "interrupt"})
rejected("no_reboot is about a reset", {kick = INTCLR, bite = "interrupt", exception = "nmi", no_reboot = true})
rejected("unknown exception 'bark'", {kick = INTCLR, exception = "bark"})
rejected("only interrupts of an SPI or a PPI can be told apart", {kick = INTCLR, line = {irq = 3}})

local fault = watchdog_bite.arm{kick = INTCLR, kicks = 3, bite = "reset"}

check.at_exit(function()
    check.eq(fault.outcome, "detected", "outcome")
    check.eq(fault.why, "the watchdog has bitten: a reset", "why")
    check.eq(fault:report(), "watchdog_bite: 1 fault: kicks are lost: the watchdog has bitten: a reset", "report")
end)
