-- SPDX-License-Identifier: GPL-2.0-or-later
-- on_pc with ranges: every instruction from lo up to but not including hi. The numbers follow from the guest: 256
-- iterations of 5 instructions, one instruction before them, two behind.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x55029480
--! checks: 5

local check = require "fi.check"

local whole = on_pc(fi.symbols.range("checksum"), function() end)
local head = on_pc({"checksum", "checksum_done"}, function() end)
local sized = on_pc({"checksum", size = 8}, function() end)
local numbers = on_pc({fi.symbol("checksum_done"), fi.symbol("checksum_return")}, function() end)
-- A range of a single instruction, to prove by the guest's output that ranges do more than count.
local rotate = on_pc({"checksum_rotate", "checksum_add"}, function() return fi.SKIP end)

check.at_exit(function()
    check.count(whole, 1 + 5 * 256 + 2, "the whole function")
    check.count(head, 1 + 5 * 256, "without its end")
    check.count(sized, 1 + 256, "two instructions")
    check.count(numbers, 1, "one instruction")
    check.fired(rotate, 256)
end)
