-- SPDX-License-Identifier: GPL-2.0-or-later
-- An error in the handler of an access: logged each time, the access passes; after three the hook is disabled.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223344
--! stdout-any
--! stdout: aborts 2
--! journal: {"kind":"error","trigger":"bad","message":"~oops","disabled":false}
--! journal: {"kind":"error","trigger":"bad","message":"~oops","disabled":true}
--! journal-count: error 3
--! journal-count: fault 0

on_mmio_read("pl031", {name = "bad"}, function() error("oops") end)
