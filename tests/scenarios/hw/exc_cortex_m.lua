-- SPDX-License-Identifier: GPL-2.0-or-later
-- On M-profile an external abort is a BusFault and an undefined instruction a UsageFault, each escalated to HardFault while
-- it is disabled; an SError is nothing that such a CPU has.
--! guest: mchecksum
--! tiers: patched
--! requires: exception discontinuity
--! stdout: FAULT
--! journal: {"kind":"fault","action":"exception","target":"external_abort"}
--! journal: {"kind":"error","message":"~serror"}
--! checks: 1

local check = require "fi.check"

local fault = on_exception("hard_fault", function() fi.exception.serror{} end)
on_pc("checksum_add", {after = 3, limit = 1}, function() fi.exception.external_abort{far = 0x40013804} end)
check.at_exit(function() check.fired(fault, 1) end)
