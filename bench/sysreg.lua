-- SPDX-License-Identifier: GPL-2.0-or-later
-- Guest loop. A trigger on a system register that the guest never reads: what looking for such reads costs.
local t = on_sysreg_read("CONTEXTIDR_EL1", function() end)

on_exit(function() fi.log("BENCH hits %d", t.hits) end)
