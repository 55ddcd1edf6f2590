-- SPDX-License-Identifier: GPL-2.0-or-later
-- A flag that never comes: the guest gives up after its 1000 polls.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: polls 1000
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","info":{"model":"delayed-ready","duration":"permanent","bits":"5"}} 1000

local mmio = require "fi.mmio"

mmio.delayed_ready(0x0900003c, {bit = 5, never = true})
mmio.delayed_ready(0x0900003c, {bit = 4, reads = math.huge})        -- which is not set anyway
