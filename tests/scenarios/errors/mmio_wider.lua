-- SPDX-License-Identifier: GPL-2.0-or-later
-- An access wider than the hook: it is one event, with the whole access's address, size and value, and the result is for
-- the whole access.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_id 0x31
--! stdout: read64 rtc_id 0x1122334455667788
--! stdout-any
--! stdout: write64 gpio_ibe 0x1200000034 done
--! stdout: read32 gpio_ibe 0x0
--! stdout: read32 gpio_iev 0x0
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"fault","action":"mmio_read","target":"0x9010fe0","size":8,"new":"0x1122334455667788"}
--! journal: {"kind":"fault","action":"mmio_drop","target":"0x9030408","size":8}
--! journal-count: fault 2
--! checks: 6

local check = require "fi.check"

on_mmio_read({0x09010fe4, size = 1}, function(ev)
    check.eq(ev.paddr, 0x09010fe0, "paddr")
    check.eq(ev.size, 8, "size")
    check.eq(ev.value, 0x1000000031, "value")
    return 0x1122334455667788
end)
on_mmio_write({0x0903040c, size = 4}, {limit = 1}, function(ev)
    check.eq(ev.paddr, 0x09030408, "paddr")
    check.eq(ev.size, 8, "size")
    check.eq(ev.value, 0x1200000034, "value")
    return fi.DROP
end)
