-- SPDX-License-Identifier: GPL-2.0-or-later
-- A flag that is late only the first time that it comes: as made up here it is cleared after that, and the guest sees it
-- when it is set again.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: polls 3
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","info":{"model":"delayed-ready","duration":"transient"}} 1

local mmio = require "fi.mmio"

local answers = {0x20, 0}
mmio.override(0x0900003c, function(ev) return answers[ev.hits] or 0x20 end)
mmio.delayed_ready(0x0900003c, {bit = 5, never = true, times = 1})
