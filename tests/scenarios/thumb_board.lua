-- SPDX-License-Identifier: GPL-2.0-or-later
-- The same on another Cortex-M board; on_insn with a 4-byte opcode, on_read of data, and the level of Thread mode.
--! guest: mchecksum_an385
--! requires: set_pc
--! stdout: checksum 0x55029480
--! checks: 3

local check = require "fi.check"

local rotations = on_insn({mask = 0xffffffff, value = 0xea4f72f2}, function() return fi.SKIP end)
local words = on_read("buffer", {size = 4, el = 1}, function() end)
local unprivileged = on_read("buffer", {el = 0}, function() end)

check.at_exit(function()
    check.fired(rotations, 256)
    check.fired(words, 256)
    check.fired(unprivileged, 0)
end)
