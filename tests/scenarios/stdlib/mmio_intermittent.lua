-- SPDX-License-Identifier: GPL-2.0-or-later
-- Each n-th read goes wrong: with another value, with bits flipped, with a bus error. The device was read all the same
-- (fw_cfg hands out its data piece by piece) but where the bus failed.
--! guest: mmio
--! tiers: patched
--! requires: mmio
--! stdout-any
--! stdout: read32 rtc_mr 0x11223345
--! stdout: read16 rtc_mr 0x3344
--! stdout: read8 rtc_mr 0x45
--! stdout-any
--! stdout: read8 rtc_id 0x31
--! stdout: read16 rtc_id abort esr 0x96000210 far 0x9010fe0 elr load16
--! stdout: read32 rtc_id 0x31
--! stdout: read64 rtc_id abort esr 0x96000210 far 0x9010fe0 elr load64
--! stdout-any
--! stdout: write16 fw_cfg_selector 0x0 done
--! stdout: read8 fw_cfg_data 0x51
--! stdout: read8 fw_cfg_data 0xee
--! stdout: read16 fw_cfg_data 0x554d
--! stdout-any
--! stdout: aborts 4
--! journal: {"kind":"fault","old":"0x11223344","new":"0x11223345","info":{"model":"intermittent-read","duration":"intermittent","bits":"0"}}
--! journal: {"kind":"fault","action":"mmio_fail","info":{"model":"intermittent-read","duration":"intermittent"}}
--! journal: {"kind":"fault","target":"0x9020000","old":"0x45","new":"0xee","info":{"model":"intermittent-read","duration":"transient"}}
--! journal-count: fault 5
--! checks: 1

local check = require "fi.check"
local mmio = require "fi.mmio"

mmio.intermittent_read(0x09010004, {every = 2, limit = 2, xor = 1})
local failing = mmio.intermittent_read("pl031", {offset = 0xfe0, after = 1, every = 2, error = true})
mmio.intermittent_read({0x09020000, size = 1}, {after = 1, every = 1, limit = 1, value = 0xee})

check.at_exit(function() check.eq(failing.injected, 2, "failed") end)
