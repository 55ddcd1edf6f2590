-- SPDX-License-Identifier: GPL-2.0-or-later
-- A flag that comes some reads late: nine reads find it set and say that it is not, the tenth shows it. A read of a byte in
-- which the flag is not is no such read.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: polls 10
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","action":"mmio_read","target":"0x900003c","old":"0x20","new":"0x0","info":{"model":"delayed-ready","duration":"intermittent","bits":"5"}} 9
--! checks: 3

local check = require "fi.check"
local mmio = require "fi.mmio"

local fault = mmio.delayed_ready("pl011", {offset = 0x3c, bit = 5, reads = 9})
local other = mmio.delayed_ready(0x0900003c, {bit = 13, value = 0, reads = 1})      -- in the second byte, ready is 0

check.at_exit(function()
    check.fired(fault.trigger, 10)
    check.eq(fault.injected, 9, "hidden")
    check.eq(other.injected, 1, "the other one is seen at the second read")
end)
