-- SPDX-License-Identifier: GPL-2.0-or-later
-- flip_at on a SIMD register: bit 116 of v0 is an exponent bit of its upper double, 0.5 becomes 1.0, 11180 becomes
-- 11180.5.
--! guest: fp
--! stdout: dot 0x40c5d64000000000
--! journal: {"kind":"fault","target":"v0","new":"hex:000000000000c03f000000000000f03f","info":{"bits":"116","upset":"SEU","duration":"transient"}}
--! journal-count: fault 1

require("fi.faults").flip_at("fp_next", {reg = "v0", bit = 116})
