-- SPDX-License-Identifier: GPL-2.0-or-later
-- The option when with every condition. The counter stands at i when iteration i (from 0) gets to the rotation.
--! guest: checksum
--! requires: set_pc
--! stdout: checksum 0x5715e4f8
--! checks: 7

local check = require "fi.check"

local done = fi.counter("iterations done")
done:count_pc("checksum_next")

on_pc("checksum_rotate", {when = done:ge(100)}, function() return fi.SKIP end)

local expected = {ge = 156, gt = 155, le = 101, lt = 100, eq = 1, ne = 255}
local triggers = {}
for op in pairs(expected) do
    triggers[op] = on_pc("checksum_rotate", {when = done[op](done, 100), name = op}, function() end)
end

check.at_exit(function()
    for op, hits in pairs(expected) do
        check.count(triggers[op], hits, op)
    end
    check.count(done, 256)
end)
