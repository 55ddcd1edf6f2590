-- SPDX-License-Identifier: GPL-2.0-or-later
--
-- On a CPU with the RAS extension the syndrome of an SError says how bad it is. Of one that was corrected (AET 6) and
-- of one after which the program can be restarted (AET 2) the kernel makes nothing; at one that cannot be contained
-- (AET 0) it panics.

--! guest: linux
--! cpu: neoverse-n1
--! requires: mmio exception
--! stdout: CPU features: detected: RAS Extension Support
--! sh: fault 6; mark corrected
--! stdout: test: corrected
--! sh: fault 2; mark restarted
--! stdout: test: restarted
--! sh: fault 0; mark survived
--! stdout-re: ^SError Interrupt on CPU0, code 0x0*be000011 -- SError$
--! stdout-re: ^Kernel panic - not syncing: Asynchronous SError Interrupt$
--! not-stdout: survived
--! journal: {"kind":"fault","action":"exception","target":"serror","info":{"esr_iss":"0x1811"}}
--! journal-count: {"kind":"fault","action":"exception","target":"serror"} 3

local serror_user = require "fi.scenarios.serror_user"

local KINDS <const> = {[0] = "uncontainable", [2] = "restartable", [6] = "corrected"}

on_mmio_write(0x09030000, function(ev)
    serror_user.arm{kind = KINDS[ev.value]}
end)
