-- SPDX-License-Identifier: GPL-2.0-or-later
-- A flag that comes late by virtual time, counted from the first read that finds it set; under icount the guest polls each
-- 64 ns, so 1000 ns are 16 reads.
--! guest: mmio
--! modes: icount
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: polls 17
--! stdout-any
--! stdout: aborts 2
--! journal-count: {"kind":"fault","info":{"model":"delayed-ready","bits":"5"}} 16

local mmio = require "fi.mmio"

mmio.delayed_ready(0x0900003c, {bit = 5, ns = 1000})
