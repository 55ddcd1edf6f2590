-- SPDX-License-Identifier: GPL-2.0-or-later
-- A data abort on an AArch32 CPU: DFSR says synchronous external abort (DDI 0406, B3.13.3), DFAR the address.
--! guest: arm32
--! tiers: patched
--! requires: exception discontinuity
--! stdout-re: ^crash near 0x[0-9a-f]+$
--! journal: {"kind":"fault","action":"exception","target":"external_abort"}
--! checks: 3

local check = require "fi.check"

local abort = on_exception("data_abort", function()
    check.eq(cpu.DFSR & 0x40f, 0x008, "DFSR.FS")
    check.eq(cpu.DFAR, 0x9010004, "DFAR")
end)
on_pc("arm_add", {limit = 1}, function() fi.exception.external_abort{far = 0x9010004} end)
check.at_exit(function() check.fired(abort, 1) end)
