-- SPDX-License-Identifier: GPL-2.0-or-later
-- Faults in system registers: a flipped bit and a replaced value.
--! guest: sysreg
--! requires: sysreg_write
--! stdout: tpidr 0x1235
--! stdout: contextidr 0x99
--! stdout: midr 0x410fd034
--! journal: {"kind":"fault","target":"TPIDR_EL1","old":"0x1234","new":"0x1235","info":{"model":"bit-flip"}}
--! journal: {"kind":"fault","target":"CONTEXTIDR_EL1","old":"0x56","new":"0x99","info":{"model":"value"}}

local faults = require "fi.faults"

faults.flip_at("between", {reg = "TPIDR_EL1", bit = 0})
faults.set_at("between", {reg = "CONTEXTIDR_EL1", value = 0x99})
