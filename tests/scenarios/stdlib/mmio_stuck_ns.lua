-- SPDX-License-Identifier: GPL-2.0-or-later
-- A bit that is stuck for some virtual time, from the start of the polling on: under icount the guest polls each 64 ns,
-- the number of polls is always the same.
--! guest: mmio
--! modes: icount
--! tiers: patched
--! requires: mmio timers
--! stdout-any
--! stdout: polls 101
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","info":{"model":"stuck-at-0","duration":"transient","bits":"5"}} 100

local mmio = require "fi.mmio"

on_pc("begin_poll", function()
    mmio.stuck_bits(0x0900003c, {bit = 5, value = 0, duration = {ns = 6400}})
end)
