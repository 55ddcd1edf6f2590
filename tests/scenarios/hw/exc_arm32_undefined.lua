-- SPDX-License-Identifier: GPL-2.0-or-later
-- An undefined instruction on an AArch32 CPU, in T32 code: the guest's vector reports where.
--! guest: arm32
--! tiers: patched
--! requires: exception discontinuity
--! stdout-re: ^crash near 0x[0-9a-f]+$
--! journal: {"kind":"fault","action":"exception","target":"undefined"}
--! checks: 2

local check = require "fi.check"

local undefined = on_exception("undefined", function(ev)
    check.eq(ev.from_pc, fi.symbol("thumb_add"), "the interrupted instruction")
end)
on_pc("thumb_add", {limit = 1}, function() fi.exception.undefined{} end)
check.at_exit(function() check.fired(undefined, 1) end)
